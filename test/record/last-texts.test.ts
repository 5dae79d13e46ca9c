import { expect, it } from 'vitest';

import { LastTexts } from '../../src/events/last-texts.ts';

const HERE = { host: '127.0.0.1', port: 80, isName: false };

it('are the same for connections to one place that are opened one after the other', () => {
  const first = LastTexts.of(HERE);
  expect(LastTexts.of({ ...HERE })).toBe(first);
});

it.each([
  ['another port', { ...HERE, port: 81 }],
  ['another host', { ...HERE, host: '127.0.0.2' }],
  ['a place that is not known', undefined],
])('are its own for a connection to %s', (_, target) => {
  const first = LastTexts.of(HERE);
  const other = LastTexts.of(target);
  expect(other).not.toBe(first);
  expect(other.head).not.toBe(first.head);
  expect(other.response).not.toBe(first.response);
});

it('are not shared by connections of which nobody knows where they go', () => {
  expect(LastTexts.of(undefined)).not.toBe(LastTexts.of(undefined));
});
