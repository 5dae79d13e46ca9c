import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';

import { eventTime } from '../../src/events/clock.ts';
import { GRAMMAR, INTERCEPTED } from '../../src/events/grammar.ts';
import type { ClientTrace, RoundTripInfo } from '../../src/trace/client-trace.ts';
import { Context } from '../../src/trace/context.ts';
import { HOOKS, HOOK_NAMES, type HookName } from '../../src/trace/hooks.ts';

/** Arguments of hook `N`. */
export type HookArgs<N extends HookName> = Parameters<Required<ClientTrace>[N]>;

/** One call of a hook. */
export interface RecordedEvent<N extends HookName = HookName> {
  readonly name: N;
  readonly args: HookArgs<N>;
  /** `eventTime()` in the hook. */
  readonly time: number;
  /** Id of the round trip; undefined before `roundTripStart`. */
  readonly roundTrip: number | undefined;
  /** `Context.current()` in the hook. */
  readonly context: Context;
}

/**
 * Where times have to go forward, event by event. Writing, reading and dialling overlap: what was read is stamped when its
 * packet came, what a dial did when it happened, although it may be told later.
 */
const TIMELINES: readonly (readonly HookName[])[] = [
  ['dnsStart', 'dnsDone', 'connectStart', 'connectDone', 'tlsHandshakeStart', 'tlsHandshakeDone'],
  [
    'roundTripStart',
    'getConn',
    'gotConn',
    'wroteHeaderField',
    'wroteHeaders',
    'wait100Continue',
    'wroteRequest',
    'putIdleConn',
    'roundTripDone',
  ],
  [
    'gotConn',
    'gotFirstResponseByte',
    'got100Continue',
    'got1xxResponse',
    'gotResponse',
    'gotLastResponseByte',
    'putIdleConn',
    'roundTripDone',
  ],
];

/**
 * The trace of one round trip, with all hooks. It keeps what it is called with and holds it against the contract in
 * `GRAMMAR`. A hook may not throw, so what is wrong is kept for {@link EventRecorder.verify}.
 */
export class EventRecorder {
  readonly events: RecordedEvent[] = [];
  /** What broke the contract so far, as sentences. */
  readonly violations: string[] = [];
  /** The request's own context, in which hooks have to run; undefined when observers watch, whose hooks run in any. */
  readonly #expected: Context | undefined;
  readonly #open: RecordedEvent[] = [];
  readonly #waiting: { readonly name: HookName; readonly resolve: (event: RecordedEvent) => void }[] = [];
  readonly #settled: (() => void)[] = [];
  #info: RoundTripInfo | undefined;

  constructor(expected?: Context) {
    this.#expected = expected;
    // As own functions, because not each of twenty methods would say more than its name.
    for (const name of HOOK_NAMES) {
      Object.defineProperty(this, name, { value: (...args: unknown[]) => this.#record(name, args) });
    }
  }

  /** This, as the trace that it is by its constructor. */
  get trace(): ClientTrace {
    return this as ClientTrace;
  }

  /** The round trip's own information. */
  get info(): RoundTripInfo {
    assert(this.#info !== undefined, 'no round trip has begun');
    return this.#info;
  }

  /** Names of all events so far, in order. */
  get names(): HookName[] {
    return this.events.map(({ name }) => name);
  }

  has(name: HookName): boolean {
    return this.events.some((event) => event.name === name);
  }

  /** All events called `name`. */
  all<N extends HookName>(name: N): RecordedEvent<N>[] {
    return this.events.filter((event): event is RecordedEvent<N> => event.name === name);
  }

  /** The only event called `name`. */
  the<N extends HookName>(name: N): RecordedEvent<N> {
    const found = this.all(name);
    assert(found.length === 1, `${name} came ${found.length} times: ${this.names.join(' ')}`);
    return found[0]!;
  }

  /** The event called `name`: the first that has been, or the next that comes. */
  async when<N extends HookName>(name: N): Promise<RecordedEvent<N>> {
    const [first] = this.all(name);
    if (first !== undefined) return first;
    const event = await new Promise<RecordedEvent>((resolve) => this.#waiting.push({ name, resolve }));
    return event as RecordedEvent<N>; // waiters are woken by their name
  }

  /** Everything that began has ended. */
  get isSettled(): boolean {
    return this.has('roundTripStart') && this.#open.length === 0;
  }

  /** Resolves when everything that began has ended. */
  async settled(): Promise<void> {
    if (!this.isSettled) await new Promise<void>((resolve) => this.#settled.push(resolve));
  }

  /** Throws when the contract was broken, or something that began has not ended. */
  verify(): void {
    const open = this.#open.map(
      ({ name, args }) =>
        `${name}(${HOOKS[name].argc > 1 ? args.map(String).join(', ') : ''}) was never ended`,
    );
    const violations = [...this.violations, ...open];
    if (violations.length === 0) return;
    assert.fail(
      `the event contract was broken:\n  ${violations.join('\n  ')}\nby the sequence:\n${this.describe()}`,
    );
  }

  /** The sequence, one event a line, with times since its first event. */
  describe(): string {
    const start = this.events[0]?.time ?? 0;
    return this.events
      .map(({ name, time }) => `  ${(time - start).toFixed(3).padStart(9)} ${name}`)
      .join('\n');
  }

  #record(name: HookName, args: unknown[]): void {
    // `args` are those of `name`, because only the hook of that name calls with it.
    const event = {
      name,
      args: args as HookArgs<HookName>,
      time: eventTime(),
      roundTrip: this.#info?.id,
      context: Context.current(),
    };
    if (name === 'roundTripStart') this.#info ??= args[0] as RoundTripInfo;
    this.#check(event);
    this.events.push(event);
    for (const waiter of this.#waiting.filter((waiter) => waiter.name === name)) {
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      waiter.resolve(event);
    }
    if (this.isSettled) for (const resolve of this.#settled.splice(0)) resolve();
  }

  #check(event: RecordedEvent): void {
    const { name, args } = event;
    const rule = GRAMMAR[name];
    if (args.length !== HOOKS[name].argc) this.#broken(event, `was called with ${args.length} arguments`);
    if (rule.once && this.has(name)) this.#broken(event, 'came twice');
    const intercepted = this.#info?.intercepted === true;
    if (intercepted && !INTERCEPTED.includes(name)) this.#broken(event, 'came for an intercepted round trip');
    for (const earlier of rule.after) {
      if (intercepted && !INTERCEPTED.includes(earlier)) continue;
      if (!this.has(earlier)) this.#broken(event, `came before ${earlier}`);
    }
    for (const later of rule.before ?? []) {
      if (this.has(later)) this.#broken(event, `came after ${later}`);
    }
    if (this.has('roundTripDone') && rule.dial === undefined) this.#broken(event, 'came after roundTripDone');
    if (rule.closes !== undefined) this.#close(event, rule.closes);
    if (HOOK_NAMES.some((other) => GRAMMAR[other].closes === name)) this.#open.push(event);
    this.#checkTime(event);
    if (this.#expected !== undefined && event.context !== this.#expected) {
      this.#broken(event, "was not called in the request's context");
    }
    if (name === 'gotConn') this.#checkConn(event as RecordedEvent<'gotConn'>); // by its name
  }

  #close(event: RecordedEvent, start: HookName): void {
    // What the end has beyond the start is its result; dnsDone and roundTripDone share no argument with their start.
    const shared = HOOKS[event.name].argc > HOOKS[start].argc ? HOOKS[start].argc : 0;
    const leading = event.args.slice(0, shared);
    const index = this.#open.findIndex(
      ({ name, args }) => name === start && isDeepStrictEqual(args.slice(0, shared), leading),
    );
    if (index === -1) this.#broken(event, `had no open ${start}(${leading.map(String).join(', ')})`);
    else this.#open.splice(index, 1);
  }

  #checkTime(event: RecordedEvent): void {
    const { name, time } = event;
    if (!(time >= 0 && time <= performance.now())) this.#broken(event, `was stamped with ${time}`);
    for (const line of TIMELINES) {
      if (!line.includes(name)) continue;
      const last = this.events.findLast((earlier) => line.includes(earlier.name));
      if (last !== undefined && last.time > time) {
        this.#broken(event, `was stamped ${(last.time - time).toFixed(3)} ms before ${last.name}`);
      }
    }
  }

  #checkConn(event: RecordedEvent<'gotConn'>): void {
    const { reused, wasIdle, idleTime } = event.args[0];
    if (wasIdle && !reused) this.#broken(event, 'says idle, and not reused');
    if (!wasIdle && idleTime !== 0) this.#broken(event, `says not idle, and idle for ${idleTime} ms`);
    if (idleTime !== undefined && !(idleTime >= 0)) this.#broken(event, `says idle for ${idleTime} ms`);
  }

  #broken(event: RecordedEvent, what: string): void {
    this.violations.push(`${event.name} ${what}`);
  }
}
