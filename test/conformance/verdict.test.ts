import { describe, expect, it } from 'vitest';
import type { Departure } from '../../conformance/departures.ts';
import type { Scenario } from '../../conformance/scenario.ts';
import type { HookEvent, Run } from '../../conformance/sequence.ts';
import { type Case, judge } from '../../conformance/verdict.ts';

const scenario: Scenario = {
  name: 'proxy',
  title: 'a request through a proxy',
  schemes: ['http'],
  server: { connections: [] },
  requests: [{ host: '127.0.0.1' }],
};

const http: Case = { scenario, scheme: 'http', client: 'http' };

const go = run('proxy:3128', true);

const target: Departure = {
  id: 'get-conn-target',
  clients: ['http'],
  scenarios: ['proxy'],
  edits: [{ edit: 'argument', hook: 'getConn', name: 'hostPort', value: 'target:80' }],
};

describe('judge', () => {
  it('finds a run that is like Go’s equal', () => {
    expect(judge(http, { go, client: go }, [])).toEqual({ kind: 'equal' });
  });

  it('finds a run that differs exactly as listed to be listed', () => {
    expect(judge(http, { go, client: run('target:80', true) }, [target])).toEqual({
      kind: 'listed',
      ids: ['get-conn-target'],
    });
  });

  it('rejects a run that did not follow the script, unless in exactly the listed way', () => {
    const problems = ['0 connections instead of 1'];
    const client = run('target:80', true);
    const listed: Departure = { ...target, problems };
    expect(judge(http, { go, client: go, problems }, [])).toEqual({ kind: 'differs', reasons: problems });
    expect(judge(http, { go, client, problems }, [target])).toEqual({ kind: 'differs', reasons: problems });
    expect(judge(http, { go, client, problems }, [listed]).kind).toBe('listed');
    expect(judge(http, { go, client }, [listed])).toEqual({
      kind: 'differs',
      reasons: ['it is listed, and was not so: 0 connections instead of 1'],
    });
  });

  it('rejects the same difference when it is not listed', () => {
    expect(judge(http, { go, client: run('target:80', true) }, []).kind).toBe('differs');
  });

  it('rejects the same difference of another client', () => {
    expect(judge({ ...http, client: 'https' }, { go, client: run('target:80', true) }, [target]).kind).toBe(
      'differs',
    );
  });

  it('rejects the same difference in another scenario', () => {
    const other = { ...scenario, name: 'no-proxy' };
    expect(judge({ ...http, scenario: other }, { go, client: run('target:80', true) }, [target]).kind).toBe(
      'differs',
    );
  });

  it('rejects a run that differs in another way than listed', () => {
    expect(judge(http, { go, client: run('elsewhere:80', true) }, [target]).kind).toBe('differs');
  });

  it('rejects a second difference beside the listed one', () => {
    expect(judge(http, { go, client: run('target:80', false) }, [target])).toEqual({
      kind: 'differs',
      reasons: ['request 0: putIdleConn came 0 times instead of once'],
    });
  });

  it('rejects a run that is like Go’s although a difference is listed', () => {
    expect(judge(http, { go, client: go }, [target]).kind).toBe('differs');
  });

  it('rejects a listed difference that changes nothing', () => {
    const idle: Departure = { ...target, edits: [{ edit: 'remove', hook: 'wait100Continue' }] };
    expect(judge(http, { go, client: go }, [idle])).toEqual({
      kind: 'differs',
      reasons: ["departure get-conn-target changes nothing in Go's run: take it off the list"],
    });
  });

  it('applies edits to the named request alone', () => {
    const two = (first: string, second: string): Run => ({
      events: [getConn(first, 0), getConn(second, 1)],
      outcomes: [],
    });
    const [edit] = target.edits;
    const second: Departure = { ...target, edits: edit === undefined ? [] : [{ ...edit, request: 1 }] };
    const expected = two('proxy:3128', 'target:80');
    expect(judge(http, { go: two('proxy:3128', 'proxy:3128'), client: expected }, [second]).kind).toBe(
      'listed',
    );
  });

  it('allows an order that only the client leaves open', () => {
    const free: Departure = { ...target, edits: [{ edit: 'free', pair: ['getConn', 'putIdleConn'] }] };
    const turned = { ...go, events: go.events.toReversed() };
    expect(judge(http, { go, client: turned }, [free]).kind).toBe('listed');
    expect(judge(http, { go, client: turned }, []).kind).toBe('differs');
  });
});

function getConn(hostPort: string, request: number): HookEvent {
  return { request, trace: 0, hook: 'getConn', args: { hostPort } };
}

function run(hostPort: string, pooled: boolean): Run {
  const putIdleConn: HookEvent = { request: 0, trace: 0, hook: 'putIdleConn', args: { err: null } };
  return {
    events: [getConn(hostPort, 0), ...(pooled ? [putIdleConn] : [])],
    outcomes: [{ request: 0, status: 200, bytes: 0, error: null }],
  };
}
