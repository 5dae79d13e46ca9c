import type { RoundTripRecord } from '../../record/types.ts';
import { formatBytes, plural } from '../../view/format.ts';
import { significantError } from '../../view/significant-error.ts';
import type { Detector } from './detector.ts';
import { keepExample, listText } from './evidence.ts';
import type { Finding } from './finding.ts';
import { headerValue } from './header.ts';
import { PerKey } from './per-key.ts';
import type { Seen } from './seen.ts';

/**
 * Bodies of responses were not read, so that their connections could not be used again.
 *
 * Found by {@link LEAST} that leave no doubt: a Response of fetch that was collected as garbage before its body was read
 * (undici says so in the error), or a response of node:http whose last byte had come and which was still open when the
 * program ended. Also by {@link LEAST_CANCELLED} responses, half of all, whose small bodies were cancelled: reading the rest
 * costs less than a new connection. A stream that the program ended (server-sent events) has no length and does not count.
 */
export class BodyNotConsumed implements Detector {
  readonly #origins = new PerKey((origin) => ({
    origin,
    responses: 0,
    collected: 0,
    unread: 0,
    cancelled: 0,
    examples: [] as string[],
    cancelledExamples: [] as string[],
  }));

  addRoundTrip({ record, origin }: Seen): void {
    if (record.response === undefined) return;
    const state = this.#origins.of(origin);
    if (state === undefined) return;
    state.responses++;
    const how = neglectOf(record);
    if (how === undefined) return;
    state[how]++;
    keepExample(how === 'cancelled' ? state.cancelledExamples : state.examples, record.id);
  }

  findings(): Finding[] {
    const found: Finding[] = [];
    for (const state of this.#origins.values) {
      const { origin, responses, collected, unread, cancelled } = state;
      if (collected + unread >= LEAST) {
        const facts: string[] = [];
        if (collected > 0)
          facts.push(
            `${collected} were collected as garbage before they were read, which closed their connections`,
          );
        if (unread > 0)
          facts.push(`${unread} had come completely and still held their connections at the end`);
        found.push({
          kind: 'body-not-consumed',
          severity: 'warning',
          origin,
          title: 'Bodies of responses are not read',
          evidence: `Of ${plural(responses, 'response')} ${listText(facts)}.`,
          advice:
            'Read or drop each body, also of an error: `await response.body?.cancel()` with fetch, `await body.dump()` with undici, `response.resume()` with node:http.',
          records: state.examples,
        });
      }
      if (cancelled >= LEAST_CANCELLED && cancelled >= responses / 2) {
        found.push({
          kind: 'body-not-consumed',
          severity: 'info',
          origin,
          title: 'Small bodies are cancelled, which closes their connections',
          evidence: `${cancelled} of ${plural(responses, 'response')} were cancelled before their end, all of ${formatBytes(SMALL)} or less.`,
          advice:
            'Read small bodies to their end (`await response.arrayBuffer()`, `await body.dump()`, `response.resume()`): that keeps the connection.',
          records: state.cancelledExamples,
        });
      }
    }
    return found;
  }
}

const LEAST = 3;
const LEAST_CANCELLED = 5;
/** Bytes. */
const SMALL = 100_000;

/** How a response's body was not read; undefined when it was, and when that cannot be told. */
export function neglectOf(record: RoundTripRecord): 'collected' | 'unread' | 'cancelled' | undefined {
  const { outcome, error, response, events } = record;
  if (response === undefined) return undefined;
  if (outcome === 'incomplete') {
    return events.at(-1)?.name === 'gotLastResponseByte' ? 'unread' : undefined;
  }
  if (error === undefined || error.phase !== 'receive') return undefined;
  const { name, code, message } = significantError(error);
  if (message.includes('garbage collected')) return 'collected';
  const isAbort = name === 'AbortError' || code === 'ABORT_ERR' || code === 'UND_ERR_ABORTED';
  const length = Number(headerValue(response.header, 'content-length') || Infinity);
  return isAbort && length <= SMALL ? 'cancelled' : undefined;
}
