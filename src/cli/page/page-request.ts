import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What a request to the page's server is for, or the status that refuses it. */
export type PageRequest = 'page' | 'events' | 403 | 404 | 405;

/** Names of this machine. A name that somebody made point here (DNS rebinding) is none of them. */
const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/;

/**
 * Decides about a request. Whoever knows the path may read the trace, so the path is a secret; beside that nobody else's
 * page may ask, not even one that guessed it.
 */
export function classifyRequest(request: IncomingMessage, token: string): PageRequest {
  const { host = '', origin } = request.headers;
  if (!LOOPBACK.test(host)) return 403;
  if (origin !== undefined && origin !== `http://${host}`) return 403;
  if (request.method !== 'GET') return 405;
  const [, given = '', rest, ...more] = (request.url ?? '').split('/');
  if (more.length > 0 || !isEqual(given, token)) return 404;
  if (rest === '') return 'page';
  if (rest !== 'events') return 404;
  const site = request.headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin' ? 'events' : 403;
}

/** Takes the same time however much of it is right. */
function isEqual(given: string, token: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(token);
  return a.length === b.length && timingSafeEqual(a, b);
}
