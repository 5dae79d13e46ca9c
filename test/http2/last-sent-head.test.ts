import type { OutgoingHttpHeaders } from 'node:http';
import { expect, it } from 'vitest';

import { LastSentHead } from '../../src/probes/http2-head.ts';

/** As node:http2 makes it: without a prototype. */
function sent(fields: OutgoingHttpHeaders): OutgoingHttpHeaders {
  return Object.assign(Object.create(null) as OutgoingHttpHeaders, fields);
}

const GET = { ':method': 'GET', ':path': '/', accept: 'a' };

it('is one object for requests of equal fields', () => {
  const last = new LastSentHead();
  const head = last.read(sent(GET));
  expect(last.read(sent(GET))).toBe(head);
  expect(head.fields()).toBe(head.fields());
});

it.each([
  ['another path', { ...GET, ':path': '/b' }],
  ['one field more', { ...GET, cookie: 'b' }],
  ['one field less', { ':method': 'GET', ':path': '/' }],
  ['another name', { ':method': 'GET', ':path': '/', Accept: 'a' }],
  ['another order', { ':path': '/', ':method': 'GET', accept: 'a' }],
])('is another one for %s', (_, fields) => {
  const last = new LastSentHead();
  const head = last.read(sent(GET));
  const other = last.read(sent(fields));
  expect(other).not.toBe(head);
  expect(other.fields().map(({ values }) => values.join())).toEqual(
    Object.entries(fields)
      .toSorted(([a], [b]) => Number(b.startsWith(':')) - Number(a.startsWith(':')))
      .map(([, value]) => value),
  );
});

it('has the values of a list as they were, and is never the same as the next', () => {
  const last = new LastSentHead();
  const cookies = ['a=1', 'b=2'];
  const head = last.read(sent({ ...GET, cookie: cookies }));
  cookies.pop();
  expect(head.fields().at(-1)).toEqual({ name: 'cookie', values: ['a=1', 'b=2'] });
  expect(last.read(sent({ ...GET, cookie: cookies }))).not.toBe(head);
});
