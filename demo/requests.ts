import * as http from 'node:http';
import * as https from 'node:https';
import { finished } from 'node:stream/promises';
import type { Call } from '../src/view/stats.ts';
import { record } from '../src/index.ts';

/** A GET request whose body is read and dropped. */
export function get(url: string, options: https.RequestOptions): Promise<void> {
  const { get } = url.startsWith('https:') ? https : http;
  return new Promise((resolve, reject) => {
    get(url, options, (response) => {
      finished(response.resume()).then(resolve, reject);
    }).on('error', reject);
  });
}

/** Sends a request several times, one after the other. */
export async function repeat(count: number, send: () => Promise<void>): Promise<Call[]> {
  const calls: Call[] = [];
  for (let sent = 0; sent < count; sent++) {
    const result = await record(send);
    if (result.status === 'rejected') throw result.reason;
    calls.push(result.records);
  }
  return calls;
}
