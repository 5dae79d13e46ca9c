import { expect, it } from 'vitest';

import { observe, resolveClientTrace, Context } from '../../src/index.ts';
import { shared } from '../../src/trace/shared.ts';
import { get, httpAgent } from '../http/exchange.ts';
import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';
import { roundTripInfo } from './round-trip-info.ts';

// A file of its own: whether AsyncLocalStorage was ever used is for a whole process.
it('observing whole requests never enters AsyncLocalStorage', async () => {
  const server = await scriptedServer(answerAll);
  const agent = httpAgent({ maxSockets: 1 });
  const calls: string[] = [];
  using _ = observe(() => ({
    gotConn: () => void calls.push('conn'),
    roundTripDone: () => void calls.push('done'),
  }));
  await Promise.all([get(server.origin, { agent }), get(server.origin, { agent })]);
  resolveClientTrace(Context.background, roundTripInfo())?.wroteHeaders?.();
  expect(calls).toEqual(['conn', 'done', 'conn', 'done']);
  expect(shared().used).toBe(false);
});
