import { describe, expect, it } from 'vitest';

import { Recorder, observe, uninstall } from '../../src/index.ts';
import { recordings } from '../helpers/recordings.ts';
import { scriptedServer } from '../helpers/scripted-server.ts';
import { Logger, type Log } from './log.ts';
import { FAILING_SCENARIOS } from './failing-scenarios.ts';
import { makeKit, type Scenario } from './kit.ts';
import { SCENARIOS } from './scenarios.ts';

/** Plays `scenario` with `around` about its client side, and tells all that could be seen. */
async function play(scenario: Scenario, around: <R>(fn: () => R) => R): Promise<Log> {
  const server = await scriptedServer(scenario.script, { tls: scenario.secure === true });
  const logger = new Logger();
  await around(() => scenario.play(makeKit(server.origin, server.port, scenario.agent ?? {}, logger)));
  // Sockets go back to their pools, and close, in the turns after.
  for (let i = 0; i < 5; i++) await new Promise(setImmediate);
  const log = logger.finish();
  log.wire = server.peers.map((peer) => peer.received.toString('latin1').replaceAll(/:\d+/g, ':port'));
  return log;
}

function plainly<R>(fn: () => R): R {
  return fn();
}

/** A watched connection keeps one listener for its return to the pool and one for its end, and nothing else. */
function withoutOurs(log: Log): Log {
  for (const socket of log.sockets) {
    for (const name of ['free', 'close']) {
      const count = socket.listeners[name];
      if (count !== undefined) socket.listeners[name] = count - 1;
      if (socket.listeners[name] === 0) delete socket.listeners[name];
    }
  }
  return log;
}

describe.each([...SCENARIOS, ...FAILING_SCENARIOS])('watching changes nothing: $title', (scenario) => {
  it('watched by a context', async () => {
    uninstall();
    const plain = await play(scenario, plainly);
    const traced = recordings();
    const watched = await play(scenario, (fn) => traced.run(fn));
    expect(traced.roundTrips.length).toBeGreaterThan(0);
    expect(same(watched, plain)).toEqual(plain);
  });

  it('watched by observers', async () => {
    uninstall();
    const plain = await play(scenario, plainly);
    const traced = recordings();
    const observers = [observe(traced.observer), observe(() => ({}))];
    const watched = await play(scenario, plainly);
    for (const observer of observers) observer[Symbol.dispose]();
    expect(traced.roundTrips.length).toBeGreaterThan(0);
    expect(same(watched, plain)).toEqual(plain);
  });

  it('recorded, by a context and an observer', async () => {
    uninstall();
    const plain = await play(scenario, plainly);
    const recorder = new Recorder();
    const observer = observe(new Recorder().factory);
    const watched = await play(scenario, (fn) => recorder.run(fn));
    observer[Symbol.dispose]();
    expect(same(watched, plain)).toEqual(plain);
    expect(recorder.records.length + recorder.open).toBeGreaterThan(0);
  });

  it('installed, and nobody watches', async () => {
    uninstall();
    const plain = await play(scenario, plainly);
    observe(() => ({}))[Symbol.dispose]();
    expect(await play(scenario, plainly)).toEqual(plain);
  });
});

/** Takes away the two listeners that a watched connection keeps while it lives. */
function same(watched: Log, plain: Log): Log {
  const kept = watched.sockets.some(
    ({ listeners }, i) => listeners.free !== plain.sockets[i]?.listeners.free,
  );
  return kept ? withoutOurs(watched) : watched;
}
