import type { Duplex } from 'node:stream';
import { nextId } from '../trace/shared.ts';
import type { Dial } from './dial.ts';
import type { LastResponse } from './last-response.ts';
import { LastTexts } from './last-texts.ts';
import type { RoundTrip } from './round-trip.ts';
import type { LastHead } from './text-head.ts';

/** Why a connection ended, as records tell it. */
export type CloseReason = 'idle' | 'response' | 'error' | 'handed-over';

/** A connection that serves round trips. It hangs on its socket and lives as long. */
export class Connection {
  readonly id: number;
  readonly socket: Duplex;
  /** The dial that opened it; undefined when it was open before anybody watched. */
  readonly dial: Dial | undefined;
  /** When it was ready, or first seen. */
  readonly opened: number;
  protocol = 'http/1.1';
  /** Watched round trips that it served or serves. */
  served = 0;
  /** Watched round trips that it serves now: one with HTTP/1.1 (more when pipelined), any number with HTTP/2. */
  active = 0;
  /** When its last watched use gave it back to the pool; NaN while in use and when that use was not watched. */
  idleSince = Number.NaN;
  /** The round trip it serves now (the latest, where several share it). */
  current: RoundTrip | undefined = undefined;
  // How the current or latest round trip got it: read at its `gotConn`, because the next one changes it.
  reused = false;
  wasIdle = false;
  /** NaN when not known: a double from the first, which V8 keeps in its place. */
  idleTime = Number.NaN;
  closed: { readonly time: number; readonly reason: CloseReason; readonly err: Error | null } | undefined =
    undefined;
  /** The head that it carried last, or another connection to the same place did; of HTTP/1.1. */
  readonly lastHead: LastHead;
  /**
   * Bytes that had been written to it when its last round trip ended, of those that are recorded; undefined while it serves
   * one, and after one that nobody watched. Node asks its C++ for them, which costs as much as four events.
   */
  written: number | undefined = undefined;
  /** Bytes that had been read from it then; of undici. */
  read: number | undefined = undefined;
  /** What records share of the responses that it carried, or another connection to the same place. */
  readonly lastResponse: LastResponse;
  /** What records tell of it in each round trip, made by the first; a WeakMap of it is slower. */
  facts: object | undefined = undefined;
  /** The log of connections that has it, the last one that asked; 0 for none. */
  log = 0;
  /** Told once when it ends. A set, because several recorders may watch, each adds itself once. */
  watchers: Set<ConnectionWatcher> | undefined = undefined;

  constructor(socket: Duplex, dial: Dial | undefined, opened: number) {
    this.id = nextId();
    this.socket = socket;
    this.dial = dial;
    this.opened = opened;
    const texts = LastTexts.of(dial?.target);
    this.lastHead = texts.head;
    this.lastResponse = texts.response;
  }

  /** Round trip `roundTrip` uses it from now on. */
  take(roundTrip: RoundTrip, reused: boolean, wasIdle: boolean, idleTime: number): void {
    this.current = roundTrip;
    this.reused = reused;
    this.wasIdle = wasIdle;
    this.idleTime = idleTime;
    this.served++;
    this.active++;
    this.idleSince = Number.NaN;
  }

  /** What it has carried will be more than what is known of it. */
  forgetBytes(): void {
    this.written = undefined;
    this.read = undefined;
  }

  /** `roundTrip` no longer uses it. */
  release(roundTrip: RoundTrip): void {
    this.active--;
    if (this.current === roundTrip) this.current = undefined;
  }

  /** It has ended, or is somebody else's now. */
  close(time: number, reason: CloseReason, err: Error | null): void {
    if (this.closed !== undefined) return;
    this.closed = { time, reason, err };
    const { watchers } = this;
    this.watchers = undefined;
    if (watchers !== undefined) for (const watcher of watchers) watcher.connectionClosed(this);
  }
}

/** Who wants to know when a connection ends. */
export interface ConnectionWatcher {
  connectionClosed(connection: Connection): void;
}
