import { describe, expect, it, onTestFinished } from 'vitest';

import { uninstall } from '../../src/index.ts';
import { unwatchParsers } from '../../src/probes/response-parser.ts';
import { recordings } from '../helpers/recordings.ts';
import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';
import { agentFor, open, read, responseOf } from './exchange.ts';

const READ = ['gotFirstResponseByte', 'gotResponse', 'gotLastResponseByte', 'putIdleConn', 'roundTripDone'];

/** Makes two requests on one connection; how many listeners their socket has for 'data' at each response. */
async function twoRequests(run: <R>(fn: () => R) => R): Promise<number[]> {
  const server = await scriptedServer(answerAll);
  const agent = agentFor(server.origin);
  const counts: number[] = [];
  for (const path of ['/1', '/2']) {
    const request = run(() => open(`${server.origin}${path}`, { agent }));
    request.end();
    const response = await responseOf(request);
    counts.push(response.socket.listenerCount('data'));
    await read(response);
  }
  return counts;
}

describe('the bytes of a response', () => {
  it('are seen by the parser, without a listener on the socket', async () => {
    const bare = await twoRequests((fn) => fn());
    const traced = recordings();
    expect(await twoRequests((fn) => traced.run(fn))).toEqual(bare);
    for (const roundTrip of await traced.settled()) {
      expect(roundTrip.names.filter((name) => READ.includes(name))).toEqual(READ);
    }
  });

  it('are seen by a data listener where the parser is not as expected', async () => {
    const traced = recordings();
    onTestFinished(() => uninstall());
    // Installs the probes, and takes away where the parser would be wrapped.
    traced.run(() => unwatchParsers());
    await twoRequests((fn) => traced.run(fn));
    const roundTrips = await traced.settled();
    expect(roundTrips).toHaveLength(2);
    for (const roundTrip of roundTrips) {
      expect(roundTrip.names.filter((name) => READ.includes(name))).toEqual(READ);
    }
  });
});
