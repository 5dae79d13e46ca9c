import { expect, it } from 'vitest';

import { LastFields } from '../../src/events/last-fields.ts';

it('gives one array for responses of equal fields, and never the one of the client', () => {
  const last = new LastFields();
  const first = ['Server', 'a', 'Date', 'Mon'];
  const kept = last.share(first);
  expect(kept).toEqual(first);
  expect(kept).not.toBe(first);
  expect(last.share([...first])).toBe(kept);
});

it('gives another array as soon as a field differs, and leaves the earlier one as it is', () => {
  const last = new LastFields();
  const monday = last.share(['Server', 'a', 'Date', 'Mon']);
  const tuesday = last.share(['Server', 'a', 'Date', 'Tue']);
  expect(tuesday).toEqual(['Server', 'a', 'Date', 'Tue']);
  expect(monday).toEqual(['Server', 'a', 'Date', 'Mon']);
  expect(last.share(['Server', 'a'])).toEqual(['Server', 'a']);
  expect(last.share([])).toEqual([]);
});
