import { describe, expect, it } from 'vitest';

import type { HookName } from '../../src/trace/hooks.ts';
import type { EventRecorder } from '../helpers/event-recorder.ts';
import { type Recordings, recordings } from '../helpers/recordings.ts';
import { disagreements } from './agreement.ts';
import { parsePage, readPage } from './page.ts';
import { EARLY_HINTS, tracedClients, type TracedClient } from './scenario.ts';

const page = readPage();

/** The hooks that are called over both exchanges. */
async function callsOf({ exchange }: TracedClient, traced: Recordings): Promise<Set<HookName>> {
  const run = <R>(fn: () => R): R => traced.run(fn);
  await exchange(run, 'early hints');
  await traced.settled();
  await exchange(run, 'continue');
  await traced.settled();
  return new Set(traced.roundTrips.flatMap(({ names }) => names));
}

describe('docs/fidelity.md', () => {
  it.each(tracedClients)('agrees with what is called ($column, $name)', async (client) => {
    const called = await callsOf(client, recordings());
    expect(disagreements(page, { column: client.column, client: client.name, called })).toEqual([]);
  });

  it.each(tracedClients)(
    'is about nothing in a plain exchange: each hook that is called has the arguments of Go ($column, $name)',
    async ({ column, exchange }) => {
      const traced = recordings();
      const port = await exchange((fn) => traced.run(fn), 'early hints');
      await traced.settled();
      expect(plainArguments(traced.only)).toEqual(goArguments(column, port));
    },
  );
});

/** What the hooks of a round trip were called with, so far as it is the same for all clients. */
function plainArguments(recorder: EventRecorder): object {
  const [gotConn] = recorder.the('gotConn').args;
  const [dns] = recorder.the('dnsDone').args;
  const handshake = recorder.all('tlsHandshakeDone').map(({ args: [state, err] }) => [state.version, err]);
  return {
    getConn: recorder.the('getConn').args,
    gotConn: [gotConn.reused, gotConn.wasIdle, gotConn.idleTime],
    dnsStart: recorder.the('dnsStart').args,
    dnsDone: [dns.addrs, dns.err, dns.coalesced],
    connectStart: recorder.the('connectStart').args,
    connectDone: recorder.the('connectDone').args,
    handshake,
    wroteRequest: recorder.the('wroteRequest').args,
    informational: recorder.all('got1xxResponse').map(({ args: [code, { link }] }) => [code, link]),
    status: recorder.the('gotResponse').args[0].status,
    putIdleConn: recorder.all('putIdleConn').map(({ args }) => args),
    roundTripDone: recorder.the('roundTripDone').args,
  };
}

function goArguments(column: TracedClient['column'], port: number): object {
  const address = `127.0.0.1:${port}`;
  const isHttp2 = column === 'http2' || column === 'undici h2';
  return {
    getConn: [`localhost:${port}`],
    gotConn: [false, false, 0],
    dnsStart: [{ host: 'localhost' }],
    dnsDone: [[{ address: '127.0.0.1', family: 4 }], null, false],
    connectStart: ['tcp', address],
    connectDone: ['tcp', address, null],
    handshake: column === 'http' ? [] : [['TLSv1.3', null]],
    wroteRequest: [{ err: null }],
    informational: [[103, EARLY_HINTS.link]],
    status: 200,
    putIdleConn: isHttp2 ? [] : [[null]],
    roundTripDone: [{ err: null }],
  };
}

describe('a disagreement', () => {
  const [client] = tracedClients;
  const row = (cell: string): string =>
    `| hook | all clients | http |\n| --- | --- | --- |\n| putIdleConn | same | ${cell} |\n`;
  const about = (cell: string, called: readonly HookName[]): string[] =>
    disagreements(parsePage(row(cell)), {
      column: 'http',
      client: client!.name,
      called: new Set(called),
    }).filter((sentence) => sentence.startsWith('putIdleConn'));

  it('is a call of a hook that the table has as never', () => {
    expect(about('never: `some-reason`', ['putIdleConn'])).toEqual([
      'putIdleConn was called for http, and docs/fidelity.md says of http: never: `some-reason`',
    ]);
    expect(about('–', ['putIdleConn'])).toHaveLength(1);
    expect(about('never: `some-reason`', [])).toEqual([]);
  });

  it('is a missing call of a hook that the table has as the same, or as different', () => {
    expect(about('same', [])).toEqual([
      'putIdleConn was not called for http, and docs/fidelity.md says of http: same',
    ]);
    expect(about('differs: `some-reason`', [])).toHaveLength(1);
    expect(about('differs: `some-reason`', ['putIdleConn'])).toEqual([]);
  });

  it('depends on the version of Node and on the client where the cell does', () => {
    const major = Number.parseInt(process.versions.node, 10);
    expect(about(`never before Node ${major}: \`some-reason\``, [])).toHaveLength(1);
    expect(about(`never before Node ${major + 1}: \`some-reason\``, [])).toEqual([]);
    expect(about(`never from Node ${major}: \`some-reason\``, [])).toEqual([]);
    expect(about('never with fetch: `some-reason`', [])).toHaveLength(1);
    expect(about('never with http: `some-reason`', [])).toEqual([]);
  });
});
