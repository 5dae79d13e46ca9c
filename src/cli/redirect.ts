import { REDACTED, Redaction } from '../record/redact.ts';
import type { RequestSpec } from './send.ts';

/** Where a response sends the client. */
export type RedirectStep =
  | { readonly kind: 'none' }
  | { readonly kind: 'follow'; readonly request: RequestSpec }
  | { readonly kind: 'refuse'; readonly reason: 'protocol' | 'url'; readonly location: string };

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Knows which fields are secrets: those that records hide, API keys too. */
const redaction = new Redaction();
const BODY_FIELDS = /^(content-.*|transfer-encoding|expect)$/;

/**
 * Decides what follows a response (RFC 9110 section 15.4, as curl and fetch do it): POST becomes GET after 301 and 302,
 * everything but HEAD becomes GET after 303. Credentials stay behind at the first change of origin and do not come back.
 *
 * @param location - `Location` as Node gives it, one character a byte.
 */
export function nextStep(request: RequestSpec, status: number, location: string | undefined): RedirectStep {
  if (!REDIRECTS.has(status) || location === undefined) return { kind: 'none' };
  const decoded = decodeUtf8(location);
  if (!URL.canParse(decoded, request.url.href)) return { kind: 'refuse', reason: 'url', location: decoded };
  const url = new URL(decoded, request.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return { kind: 'refuse', reason: 'protocol', location: decoded };
  url.username = '';
  url.password = '';
  if (url.hash === '') url.hash = request.url.hash;
  return { kind: 'follow', request: redirected(request, url, status) };
}

function redirected(request: RequestSpec, url: URL, status: number): RequestSpec {
  const sameOrigin = url.origin === request.url.origin;
  const method = methodAfter(request.method, status);
  const dropsBody = method !== request.method;
  const header = request.header.filter(([name]) => {
    const lower = name.toLowerCase();
    if (!sameOrigin && (lower === 'host' || isSecret(name))) return false;
    return !(dropsBody && BODY_FIELDS.test(lower));
  });
  const { body, ...rest } = request;
  return { ...rest, url, method, header, ...(dropsBody || body === undefined ? {} : { body }) };
}

function methodAfter(method: string, status: number): string {
  if (status === 303) return method === 'HEAD' ? 'HEAD' : 'GET';
  return method === 'POST' && (status === 301 || status === 302) ? 'GET' : method;
}

function isSecret(name: string): boolean {
  return redaction.field(name, '')[1] === REDACTED;
}

/** Servers send UTF-8 here, which Node reads as Latin-1. */
function decodeUtf8(location: string): string {
  const bytes = Buffer.from(location, 'latin1');
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : location;
}
