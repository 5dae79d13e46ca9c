import type { DialTarget } from './dial.ts';
import { LastResponse } from './last-response.ts';
import { LastHead } from './text-head.ts';

/**
 * The texts that went over a connection last. Connections to one place that are opened one after the other share them: a
 * program that opens one a request would otherwise keep the same 20 strings with each record.
 */
export class LastTexts {
  readonly head = new LastHead();
  readonly response = new LastResponse();
  readonly #target: DialTarget | undefined;

  private constructor(target: DialTarget | undefined) {
    this.#target = target;
  }

  /** Those of the connection that was opened before, where it went to the same place and is there still. */
  static of(target: DialTarget | undefined): LastTexts {
    if (target === undefined) return new LastTexts(target);
    const last = latest?.deref();
    if (last?.isOf(target) === true) return last;
    const texts = new LastTexts(target);
    latest = new WeakRef(texts);
    return texts;
  }

  isOf({ host, port }: DialTarget): boolean {
    return this.#target !== undefined && this.#target.host === host && this.#target.port === port;
  }
}

/** Weak: a head can have secrets in it, which are gone when its connections are. */
let latest: WeakRef<LastTexts> | undefined;
