import { describe, expect, it } from 'vitest';

import { DialBuilder } from '../../src/record/dial-builder.ts';
import { HANDSHAKE } from './handshake.ts';

describe('what is remembered of a dial', () => {
  it('can wait for somebody to ask, when an address answered', () => {
    const dial = new DialBuilder();
    dial.dnsStart('example.test');
    dial.connectStart(0, 'tcp', '127.0.0.1:80');
    dial.connectDone(3, '127.0.0.1:80', null);
    expect(dial.mustBeMade).toBe(false);
  });

  it('cannot wait when it has an error, whose stack keeps more', () => {
    const dial = new DialBuilder();
    dial.connectStart(0, 'tcp', '127.0.0.1:80');
    dial.connectDone(3, '127.0.0.1:80', new Error('refused'));
    dial.connectStart(6, 'tcp', '127.0.0.2:80');
    dial.connectDone(9, '127.0.0.2:80', null);
    expect(dial.mustBeMade).toBe(true);
  });

  it('cannot wait when it has certificates', () => {
    const dial = new DialBuilder();
    dial.tlsStart();
    dial.tlsDone(HANDSHAKE, null);
    expect(dial.mustBeMade).toBe(true);
  });

  it('is another dial’s as if it were new, when it is used again', () => {
    const dial = new DialBuilder();
    dial.dnsStart('example.test');
    dial.addresses = ['127.0.0.1'];
    dial.connectStart(0, 'unix', '/a');
    dial.connectDone(3, '/a', new Error('refused'));
    dial.connectStart(6, 'tcp', '127.0.0.2:80');
    dial.tlsStart();
    dial.tlsDone(HANDSHAKE, new Error('broken off'));
    dial.clear();
    expect(Object.entries(dial)).toEqual(Object.entries(new DialBuilder()));
    expect(dial.mustBeMade).toBe(false);
    dial.connectStart(9, 'tcp', '127.0.0.1:80');
    expect(dial.attempts).toEqual([
      { network: 'tcp', addr: '127.0.0.1:80', startedAt: 9, doneAt: -1, err: null },
    ]);
  });

  it('has the attempts of one address in their order', () => {
    const dial = new DialBuilder();
    dial.connectStart(0, 'tcp', '127.0.0.1:80');
    dial.connectStart(3, 'tcp', '127.0.0.1:80');
    dial.connectDone(6, '127.0.0.1:80', null);
    dial.connectDone(9, '127.0.0.2:80', null);
    expect(dial.attempts.map(({ startedAt, doneAt }) => [startedAt, doneAt])).toEqual([
      [0, 6],
      [3, -1],
    ]);
  });
});
