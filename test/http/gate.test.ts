import { describe, expect, it, onTestFinished } from 'vitest';

import { observeThrough, runWithClientTrace } from '../../src/runtime.ts';
import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';
import { get, httpAgent } from './exchange.ts';

/** An observer behind a gate, and what happened to it. */
function observeGated(isOpen: boolean): { asked: number; passedOver: number } {
  const seen = { asked: 0, passedOver: 0 };
  const gate = { isOpen: () => isOpen, passedOver: () => void seen.passedOver++ };
  const observation = observeThrough(gate, () => {
    seen.asked++;
    return {};
  });
  onTestFinished(() => observation[Symbol.dispose]());
  return seen;
}

async function requests(count: number, agent: ReturnType<typeof httpAgent> | false): Promise<void> {
  const server = await scriptedServer(answerAll);
  for (let i = 0; i < count; i++) await get(server.origin, { agent });
}

describe('an observer behind a gate', () => {
  it('is asked of each request while the gate is open', async () => {
    const seen = observeGated(true);
    await requests(3, httpAgent());
    expect(seen).toEqual({ asked: 3, passedOver: 0 });
  });

  it('is told of each request once, and not asked, while the gate is closed', async () => {
    const seen = observeGated(false);
    await requests(3, httpAgent());
    await requests(1, false);
    expect(seen).toEqual({ asked: 0, passedOver: 4 });
  });

  it('is told once of a request without a core agent', async () => {
    const seen = observeGated(false);
    const server = await scriptedServer(answerAll);
    const { connect } = await import('node:net');
    await get(server.origin, { createConnection: () => connect(server.port, '127.0.0.1'), agent: false });
    expect(seen).toEqual({ asked: 0, passedOver: 1 });
  });

  it('is asked when somebody else watches the request', async () => {
    const closed = observeGated(false);
    const open = observeGated(true);
    await requests(2, httpAgent());
    expect([closed, open]).toEqual([
      { asked: 2, passedOver: 0 },
      { asked: 2, passedOver: 0 },
    ]);
  });

  it('is asked of a request whose context has a trace', async () => {
    const closed = observeGated(false);
    await runWithClientTrace({}, () => requests(1, httpAgent()));
    expect(closed).toEqual({ asked: 1, passedOver: 0 });
  });
});
