import type { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import type { ResponseHead, SendOptions } from './send.ts';

/**
 * Reads a response's body to its end, into where the command wants it.
 *
 * @throws what the stream fails with; the reason of the signal when that was aborted.
 */
export async function receiveBody(body: Readable, head: ResponseHead, options: SendOptions): Promise<void> {
  const chain = options.onResponse(head);
  try {
    if (chain.length === 0) await finished(body.resume(), { writable: false });
    else await pipeline([body, ...chain]);
  } catch (error) {
    // Clients say 'aborted' when the reason is that we aborted.
    throw options.signal.aborted ? abortReason(options.signal) : error;
  }
}

/** Why a signal was aborted. */
export function abortReason({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
