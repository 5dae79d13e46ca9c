import { expect, it } from 'vitest';

import { type Origin, Target } from '../../src/events/target.ts';

const origin: Origin = { hostPort: 'a.test:80', text: 'http://a.test' };
const other: Origin = { hostPort: 'b.test:80', text: 'http://b.test' };

it('gives one object for requests of one URL that follow each other', () => {
  const target = Target.of(origin, '/path');
  expect(Target.of(origin, '/path')).toBe(target);
});

it('gives another one as soon as origin or path differ, and leaves the earlier one as it is', () => {
  const first = Target.of(origin, '/path');
  expect(Target.of(other, '/path').url).toBe('http://b.test/path');
  expect(Target.of(other, '/else').url).toBe('http://b.test/else');
  expect(first.url).toBe('http://a.test/path');
});

it.each([
  ['a path', '/path?query', 'http://a.test/path?query'],
  ['a whole URL, which a plain proxy is asked for', 'HTTP://c.test/d', 'HTTP://c.test/d'],
  ['the host of a CONNECT', 'c.test:443', 'http://a.test/c.test:443'],
  ['*', '*', 'http://a.test/*'],
])('makes the URL of %s', (_what, path, url) => {
  expect(Target.of(origin, path).url).toBe(url);
});
