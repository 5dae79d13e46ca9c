import { Readable } from 'node:stream';
import type { ExchangeOptions } from './drive.ts';
import { parts } from './node-body.ts';
import { bodyError } from './node-errors.ts';
import type { RequestScript } from './scenario.ts';

/** The body of a request for undici, and the length to announce when the body does not tell it. */
export function bodyOf(
  { body }: RequestScript,
  reported: ExchangeOptions['reported'],
): { readonly body: Readable | string | null; readonly length?: number } {
  if (body === undefined) return { body: null };
  const { first, rest } = parts(body);
  const { restAfter, fails, framing, size, endsAfter } = body;
  const streamed =
    framing === 'chunked' || fails === true || restAfter !== undefined || endsAfter !== undefined;
  if (!streamed) return { body: first + rest };
  async function* pieces(): AsyncGenerator<string> {
    if (first !== '') yield first;
    if (fails === true) {
      // The head goes out with the first piece.
      await reported('wroteHeaders');
      throw bodyError;
    }
    if (restAfter !== undefined) await reported(restAfter);
    yield rest;
  }
  return { body: Readable.from(pieces()), ...(framing === 'length' ? { length: size } : {}) };
}
