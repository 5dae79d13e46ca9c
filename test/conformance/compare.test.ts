import { describe, expect, it } from 'vitest';
import { differences } from '../../conformance/compare.ts';
import { readRecording } from '../../conformance/recording.ts';
import type { FreePair } from '../../conformance/scenario.ts';
import { scenarios } from '../../conformance/scenarios/index.ts';
import type { HookEvent, Run } from '../../conformance/sequence.ts';
import { freedomOf } from '../../conformance/verdict.ts';

const get: Run = {
  events: [
    event('getConn', { hostPort: '127.0.0.1:PORT' }),
    event('connectStart', { network: 'tcp', addr: '127.0.0.1:PORT' }),
    event('connectDone', { network: 'tcp', addr: '127.0.0.1:PORT', err: null }),
    event('gotConn', { reused: false, wasIdle: false, idleTime: '0' }),
    event('wroteHeaderField', { key: 'Host', value: ['127.0.0.1:PORT'] }),
    event('wroteHeaderField', { key: 'X-Told', value: ['one', 'two'] }),
    event('wroteHeaders'),
    event('wroteRequest', { err: null }),
    event('gotFirstResponseByte'),
    event('putIdleConn', { err: null }),
  ],
  outcomes: [{ request: 0, status: 200, bytes: 5, error: null }],
};

const wroteRequestIsFree: readonly FreePair[] = [['gotFirstResponseByte', 'wroteRequest']];

describe('differences', () => {
  it('finds none between a run and itself', () => {
    expect(differences(get, get, [])).toEqual([]);
  });

  it('tells a hook that is missing', () => {
    expect(differences(get, without('wroteHeaders'), [])).toEqual([
      'request 0: wroteHeaders came 0 times instead of once',
    ]);
  });

  it('tells a hook that came twice', () => {
    const doubled = {
      ...get,
      events: get.events.flatMap((one) => (one.hook === 'putIdleConn' ? [one, one] : [one])),
    };
    expect(differences(get, doubled, [])).toEqual(['request 0: putIdleConn came 2 times instead of once']);
  });

  it('tells a hook that Go does not call', () => {
    const more = { ...get, events: [...get.events, event('got100Continue')] };
    expect(differences(get, more, [])).toEqual(['request 0: got100Continue came once instead of 0 times']);
  });

  it('tells hooks that came in another order', () => {
    expect(differences(get, swapped('wroteHeaders', 'wroteRequest'), [])).toEqual([
      'request 0: the order was wroteRequest, wroteHeaders instead of wroteHeaders, wroteRequest',
    ]);
  });

  it('tells an argument that is another', () => {
    const reused = changed('gotConn', { reused: true, wasIdle: false, idleTime: '0' });
    expect(differences(get, reused, [])).toEqual([
      'request 0: gotConn was {"idleTime":"0","reused":true,"wasIdle":false} instead of ' +
        '{"idleTime":"0","reused":false,"wasIdle":false}',
    ]);
  });

  it('tells an argument that is missing', () => {
    expect(
      differences(get, changed('connectDone', { network: 'tcp', addr: '127.0.0.1:PORT' }), []),
    ).toHaveLength(1);
  });

  it('tells values of a request field that came in another order', () => {
    const events = get.events.map((one) =>
      one.args['key'] === 'X-Told' ? { ...one, args: { key: 'X-Told', value: ['two', 'one'] } } : one,
    );
    expect(differences(get, { ...get, events }, [])).toHaveLength(1);
  });

  it('tells a request field that was not told', () => {
    const events = get.events.filter(({ args }) => args['key'] !== 'X-Told');
    expect(differences(get, { ...get, events }, [])).toEqual([
      'request 0: wroteHeaderField("X-Told") came 0 times instead of once',
    ]);
  });

  it('leaves the order of request fields among themselves open', () => {
    const events = [...get.events];
    const [host, told] = events.splice(4, 2);
    expect(host?.args['key']).toBe('Host');
    events.splice(4, 0, ...[told, host].filter((one) => one !== undefined));
    expect(differences(get, { ...get, events }, [])).toEqual([]);
  });

  it('tells a request field that came after wroteHeaders', () => {
    const [told] = get.events.filter(({ args }) => args['key'] === 'X-Told');
    const events = get.events.filter((one) => one !== told);
    events.splice(6, 0, ...(told === undefined ? [] : [told]));
    expect(differences(get, { ...get, events }, [])).toEqual([
      'request 0: the order was wroteHeaders, wroteHeaderField("X-Told") instead of ' +
        'wroteHeaderField("X-Told"), wroteHeaders',
    ]);
  });

  it('tells a hook that was called for another request', () => {
    const events = get.events.map((one) => (one.hook === 'putIdleConn' ? { ...one, request: 1 } : one));
    expect(differences(get, { ...get, events }, [])).toEqual([
      'request 0: putIdleConn came 0 times instead of once',
      'request 1: putIdleConn came once instead of 0 times',
    ]);
  });

  it('leaves the order of hooks of different requests open', () => {
    const second = get.events.map((one) => ({ ...one, request: 1 }));
    const after = { ...get, events: [...get.events, ...second] };
    const amid = {
      ...get,
      events: get.events.flatMap((one, index) => [one, ...second.slice(index, index + 1)]),
    };
    expect(differences(after, amid, [])).toEqual([]);
  });

  it('tells two traces that were called in the wrong order', () => {
    const both = (order: readonly number[]): Run => ({
      ...get,
      events: get.events.flatMap((one) => order.map((trace) => ({ ...one, trace }))),
    });
    expect(differences(both([1, 0]), both([1, 0]), [])).toEqual([]);
    expect(differences(both([1, 0]), both([0, 1]), [])).not.toEqual([]);
  });

  it('tells an outcome that is another', () => {
    const failed: Run = { ...get, outcomes: [{ request: 0, status: 0, bytes: 0, error: 'closed' }] };
    expect(differences(get, failed, [])).toEqual([
      'outcomes are {"bytes":0,"error":"closed","request":0,"status":0} instead of ' +
        '{"bytes":5,"error":null,"request":0,"status":200}',
    ]);
  });

  it('allows either order of a free pair', () => {
    const early = swapped('wroteRequest', 'gotFirstResponseByte');
    expect(differences(get, early, wroteRequestIsFree)).toEqual([]);
    expect(differences(early, get, wroteRequestIsFree)).toEqual([]);
    expect(differences(get, early, [])).toHaveLength(1);
  });

  it('does not let a free pair carry others past each other', () => {
    // wroteRequest may pass gotFirstResponseByte, but not putIdleConn behind it.
    const late = swapped('wroteRequest', 'putIdleConn');
    expect(differences(get, late, wroteRequestIsFree)).toContain(
      'request 0: the order was putIdleConn, wroteRequest instead of wroteRequest, putIdleConn',
    );
  });

  it('rejects every recording with any one event missing or doubled', { timeout: 60_000 }, async () => {
    for (const { run, freedom } of await recordings()) {
      for (const [index, one] of run.events.entries()) {
        const missing = { ...run, events: run.events.toSpliced(index, 1) };
        const doubled = { ...run, events: run.events.toSpliced(index, 0, one) };
        expect(differences(run, missing, freedom)).not.toEqual([]);
        expect(differences(run, doubled, freedom)).not.toEqual([]);
      }
    }
  });

  it(
    'rejects every recording with two neighbours swapped that are not free',
    { timeout: 60_000 },
    async () => {
      let swaps = 0;
      for (const { run, freedom } of await recordings()) {
        for (const [index, one] of run.events.entries()) {
          const next = run.events[index + 1];
          if (next === undefined || next.request !== one.request || mayPass(one, next, freedom)) continue;
          // Two calls that are alike can change places without a trace.
          if (JSON.stringify(next) === JSON.stringify(one)) continue;
          swaps += 1;
          expect(
            differences(run, { ...run, events: run.events.toSpliced(index, 2, next, one) }, freedom),
          ).not.toEqual([]);
        }
      }
      expect(swaps).toBeGreaterThan(200);
    },
  );
});

function event(hook: HookEvent['hook'], args: HookEvent['args'] = {}): HookEvent {
  return { request: 0, trace: 0, hook, args };
}

function without(hook: string): Run {
  return { ...get, events: get.events.filter((one) => one.hook !== hook) };
}

function changed(hook: string, args: HookEvent['args']): Run {
  return { ...get, events: get.events.map((one) => (one.hook === hook ? { ...one, args } : one)) };
}

function swapped(hook: string, other: string): Run {
  const replacement = (one: HookEvent): HookEvent => {
    const wanted = one.hook === hook ? other : one.hook === other ? hook : one.hook;
    return get.events.find((candidate) => candidate.hook === wanted) ?? one;
  };
  return {
    ...get,
    events: get.events.map((one) => (one.hook === hook || one.hook === other ? replacement(one) : one)),
  };
}

function mayPass(one: HookEvent, next: HookEvent, freedom: readonly FreePair[]): boolean {
  if (one.hook === next.hook) return one.hook === 'wroteHeaderField' && one.args['key'] !== next.args['key'];
  return freedom.some((pair) => pair.includes(one.hook) && pair.includes(next.hook));
}

/** One run of each scenario. */
async function recordings(): Promise<readonly { run: Run; freedom: readonly FreePair[] }[]> {
  const found = await Promise.all(
    scenarios.map(async (scenario) => {
      const recording = await readRecording(scenario.name);
      return scenario.schemes.slice(0, 1).flatMap((scheme) => {
        const run = recording?.runs[scheme];
        return run === undefined ? [] : [{ run, freedom: freedomOf(scenario, scheme) }];
      });
    }),
  );
  return found.flat();
}
