import type { RequestRecord } from '../record/types.ts';
import { pathOf } from './origin.ts';

/** Numbers, UUIDs, hashes, and what is long and has digits in it. */
const ID =
  /^(?:\d[\d.,_-]*|[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}|(?=[a-z-]*\d)[\da-f]{8,}|(?=\D*\d)[\w~-]{16,})$/i;
/** A path may be of any length. */
const MOST_SEGMENTS = 12;
const LONGEST_SEGMENT = 60;

/** Method and path with numbers and ids as `:id`, without query: `GET /users/:id/orders`. */
export function endpointOf({ method, url }: Pick<RequestRecord, 'method' | 'url'>): string {
  const path = pathOf(url).split(/[?#]/, 1)[0] ?? '/';
  const segments = path.split('/').slice(1);
  const folded = segments.slice(0, MOST_SEGMENTS).map((segment) => {
    if (ID.test(segment)) return ':id';
    return segment.length > LONGEST_SEGMENT ? `${segment.slice(0, LONGEST_SEGMENT)}…` : segment;
  });
  if (segments.length > MOST_SEGMENTS) folded.push('…');
  return `${method.slice(0, 20)} /${folded.join('/')}`;
}
