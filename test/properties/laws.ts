import assert from 'node:assert/strict';

import type { RoundTripRecord } from '../../src/index.ts';
import type { Call, Result } from './call.ts';
import type { PropertyClient } from './clients.ts';
import type { Run } from './play.ts';
import { type Plan, type RequestPlan, hasBody } from './plan.ts';
import type { Watched, WatchedRun } from './watch.ts';

/** What must hold of a run that was watched, and of the same one without httptrace. */
export function checkLaws(client: PropertyClient, plan: Plan, plain: Run, traced: WatchedRun): void {
  checkSame(client, plan, plain, traced);
  assert.deepEqual(traced.strays, []);
  const used = new Map<number, number>();
  for (const call of traced.calls) checkCall(client, plan, call, traced.watched[call.index] ?? []);
  checkConnections(traced, used);
  checkRecords(traced);
}

/** Watching changes nothing: neither what the caller gets nor what the server gets. */
function checkSame(client: PropertyClient, plan: Plan, plain: Run, traced: Run): void {
  for (const [index, call] of traced.calls.entries()) {
    const other = plain.calls[index];
    if (isRacy(client, plan, call)) continue;
    assert.deepEqual(
      outcomeOf(call),
      other && outcomeOf(other),
      `request ${index} has another result when it is watched`,
    );
    assert.deepEqual(
      call.served?.head,
      other?.served?.head,
      `request ${index} has another head when it is watched`,
    );
  }
}

/** A reset is told as an end when the last data are read after it has come: libuv before 1.52 (docs/discoveries/node-http.md). */
export const TELLS_RESET_AS_END = Number.parseInt(process.versions.node, 10) < 24;

/** What its sender was told of `call`, but for what is a matter of time. */
function outcomeOf({ request, result }: Call): Result | { ok: false } | undefined {
  const isEither = TELLS_RESET_AS_END && request.answer.ending.kind === 'reset';
  return isEither && result?.ok === false ? { ok: false } : result;
}

/** What becomes of the call depends on who is faster, with httptrace or without. */
function isRacy(client: PropertyClient, plan: Plan, call: Call): boolean {
  if (call.request.abort === 'next turn') return true;
  const wave = waveOf(plan, call);
  const { answer } = call.request;
  // What of the request the server has not read when it resets a connection may undo what it has answered.
  if (answer.early && hasBody(call.request) && 'at' in answer.ending) return true;
  // Nor does a client know a reset from the end of a body that the end of its connection delimits, when that comes first.
  if (answer.framing === 'close' && answer.ending.kind === 'reset') return true;
  // A connection that is ended is ended for all its streams.
  if (client.abilities.http === '2') return endsSession(wave);
  const limit = client.limit(plan);
  // Those who wait for a connection may get one that its server is about to end.
  return limit > 0 && wave.length > limit && wave.some(({ answer }) => answer.ending.kind !== 'keep');
}

function endsSession(wave: readonly RequestPlan[]): boolean {
  return wave.some(({ answer: { ending } }) => ending.kind === 'end' || ending.kind === 'truncated');
}

function waveOf(plan: Plan, { request }: Call): readonly RequestPlan[] {
  return plan.waves.find((wave) => wave.includes(request)) ?? [];
}

function checkCall(client: PropertyClient, plan: Plan, call: Call, watched: readonly Watched[]): void {
  const { request, result, index } = call;
  // One that is aborted before it is made, or in a queue that tells nothing, may have none.
  const unseen = request.abort !== 'never' && (call.served === undefined || client.queuesUnseen(plan));
  if (watched.length === 0) {
    assert(unseen, `request ${index} has no round trip`);
    return;
  }
  checkAttempts(client, call, watched);
  const { recorder, port } = watched.at(-1)!;
  recorder.verify();
  assert.equal(recorder.info.method, request.method);
  const done = recorder.the('roundTripDone').args[0];
  assert(result !== undefined);
  if (result.ok && client.name === 'http2' && done.err !== null && endsSession(waveOf(plan, call))) {
    // node:http2 does not tell its caller that a connection has ended within a response.
    assert.match(String(done.err), /NO_ERROR/);
  } else if (result.ok) {
    assert.equal(done.err, null, `request ${index} succeeded, but its round trip has ${String(done.err)}`);
    assert.equal(recorder.the('gotResponse').args[0].status, result.status);
    assert(recorder.has('gotLastResponseByte'), `request ${index} has no last byte`);
    assert.deepEqual(
      recorder.all('got1xxResponse').map(({ args }) => args[0]),
      request.answer.informational.map(({ status }) => status),
    );
  } else if (
    request.abort !== 'next turn' &&
    !recorder.has('gotLastResponseByte') &&
    client.name !== 'http2'
  ) {
    assert(
      done.err !== null,
      `request ${index} failed with ${result.error}, and its round trip has no error`,
    );
  }
  // One that is cut off right after its head was sent may not know that it was.
  const sent = recorder.has('wroteHeaders');
  if (result.ok) assert(sent, `request ${index} succeeded and has no head`);
  if (sent) assert(call.served !== undefined || !result.ok, `request ${index} succeeded without its server`);
  if (call.served !== undefined && sent) {
    // A socket that is gone by then has no port any more; nor has that of a fetch which is aborted at once, whose hooks wait
    // until its call has returned (decisions/007).
    const isGone = port === undefined && request.abort === 'at once' && client.name.startsWith('fetch');
    if (call.served.port !== 0 && !isGone) {
      assert.equal(port, call.served.port, `request ${index} was told another connection than it came on`);
    }
    checkHead(client, call, recorder);
  }
}

/** Only a stream that its server refused is sent again, in the same call; what it was before has failed. */
function checkAttempts(client: PropertyClient, { request, index }: Call, watched: readonly Watched[]): void {
  const refusable = client.abilities.http === '2' && request.answer.ending.kind === 'malformed';
  if (!refusable) assert.equal(watched.length, 1, `request ${index} has ${watched.length} round trips`);
  for (const [i, { recorder }] of watched.slice(0, -1).entries()) {
    recorder.verify();
    assert(recorder.the('roundTripDone').args[0].err !== null, `attempt ${i + 1} of ${index} has no error`);
  }
  assert.equal(new Set(watched.map(({ recorder }) => recorder.info.callId)).size, 1);
}

/** The fields that were told are those that came to the server. */
function checkHead(client: PropertyClient, call: Call, recorder: Watched['recorder']): void {
  const told = recorder
    .all('wroteHeaderField')
    .flatMap(({ args: [key, values] }) => values.map((value) => `${key}: ${value}`));
  const head = call.served?.head ?? [];
  const came = client.abilities.http === '1.1' ? head.slice(1) : head;
  const compare = (lines: readonly string[]): string[] =>
    lines
      .map((line) => line.toLowerCase())
      .filter((line) => line !== '')
      .sort();
  assert.deepEqual(
    compare(told),
    compare(came),
    `the fields of request ${call.index} are others than were told`,
  );
}

/** A connection is new for the first that uses it, and reused for all others. */
function checkConnections({ watched, accepted, calls }: WatchedRun, used: Map<number, number>): void {
  const uses = watched
    .flat()
    .flatMap(({ recorder, port }) =>
      recorder
        .all('gotConn')
        .map(({ time, args: [{ reused }] }) => ({ time, reused, port, url: recorder.info.url })),
    )
    .sort((a, b) => a.time - b.time);
  for (const { port, reused, url } of uses) {
    if (port === undefined) continue;
    const earlier = used.get(port) ?? 0;
    assert.equal(
      reused,
      earlier > 0,
      `${url} was told reused: ${reused} for connection ${port}, which had ${earlier} round trips`,
    );
    used.set(port, earlier + 1);
  }
  const connected = watched
    .flat()
    .flatMap(({ recorder }) => recorder.all('connectDone'))
    .filter(({ args: [, , err] }) => err === null).length;
  assert(connected <= accepted, `${connected} connections were told, ${accepted} were made`);
  assert(calls.length > 0);
}

/** Phases divide the whole, without gap or overlap. */
function checkRecords({ records, watched }: WatchedRun): void {
  assert.equal(records.length, watched.flat().length, 'there are not as many records as round trips');
  for (const record of records) {
    assert.notEqual(record.outcome, 'incomplete');
    checkPhases(record);
  }
}

function checkPhases({ phases, duration, request }: RoundTripRecord): void {
  let end = 0;
  for (const phase of phases) {
    assert(phase.duration > 0, `${request.url}: ${phase.name} lasts ${phase.duration} ms`);
    assert(
      Math.abs(phase.start - end) < 1e-6,
      `${request.url}: ${phase.name} begins at ${phase.start} ms, not at ${end}`,
    );
    end = phase.start + phase.duration;
  }
  assert(Math.abs(end - duration) < 1e-6, `${request.url}: the phases last ${end} ms of ${duration}`);
  assert.equal(
    new Set(phases.map(({ name }) => name)).size,
    phases.length,
    `${request.url}: a phase comes twice`,
  );
}
