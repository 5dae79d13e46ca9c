import { quoteArgument } from './args.ts';
import { UsageError } from './errors.ts';
import { suggest } from './suggest.ts';

/** The clients that the command can send with, in the order in which `--compare` uses them. */
export const CLIENTS = ['undici', 'fetch', 'http', 'http2'] as const;

/** `fetch` is the global one of the running Node, `http` is node:http and node:https. */
export type ClientName = (typeof CLIENTS)[number];

/** What is sent with when the user names no client. */
export const DEFAULT_CLIENT: ClientName = 'undici';

/** An HTTP version that the user insists on. */
export type HttpVersion = '1.1' | '2';

/**
 * Reads the name of a client.
 *
 * @throws UsageError when it is not one, with the one that was probably meant.
 */
export function readClient(value: string, written: string): ClientName {
  const name = value.trim().toLowerCase();
  const known = CLIENTS.find((client) => client === name);
  if (known !== undefined) return known;
  const near = suggest(name, CLIENTS);
  const hint = near === undefined ? `it is one of ${CLIENTS.join(', ')}` : `did you mean ${near}?`;
  throw new UsageError(`unknown client "${quoteArgument(value)}" for ${written}: ${hint}`);
}

/**
 * Reads what `--compare` compares; an empty value stands for all.
 *
 * @throws UsageError for an unknown or repeated client, and for fewer than two.
 */
export function readComparedClients(value: string, written: string): readonly ClientName[] {
  if (value === '') return CLIENTS;
  const names = value.split(',').map((name) => readClient(name, written));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`${twice} stands twice in ${written} ${quoteArgument(value)}`);
  if (names.length < 2) {
    throw new UsageError(`${written} needs two clients or more, as in ${written} ${names[0]},http2`);
  }
  return names;
}

/** Whether the word after `--compare` is its list of clients, perhaps misspelled, and not a URL. */
export function isClientList(word: string): boolean {
  if (!/^[a-z0-9]+(,[a-z0-9]*)*$/i.test(word)) return false;
  return word.includes(',') || suggest(word.toLowerCase(), CLIENTS) !== undefined;
}
