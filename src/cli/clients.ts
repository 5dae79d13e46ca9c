import { suggest } from './suggest.ts';

/** The clients that the command can send with, in the order in which `--compare` uses them. */
export const CLIENTS = ['undici', 'fetch', 'http', 'http2'] as const;

/** `fetch` is the global one of the running Node, `http` is node:http and node:https. */
export type ClientName = (typeof CLIENTS)[number];

/** What is sent with when the user names no client. */
export const DEFAULT_CLIENT: ClientName = 'undici';

/** An HTTP version that the user insists on. */
export type HttpVersion = '1.1' | '2';

/** Whether the word after `--compare` is its list of clients, perhaps misspelled, and not a URL. */
export function isClientList(word: string): boolean {
  if (!/^[a-z0-9]+(,[a-z0-9]*)*$/i.test(word)) return false;
  return word.includes(',') || suggest(word.toLowerCase(), CLIENTS) !== undefined;
}
