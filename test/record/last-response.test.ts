import { expect, it } from 'vitest';

import { LastResponse } from '../../src/events/last-response.ts';

it('gives the last fields themselves for equal ones, as bytes or as texts', () => {
  const last = new LastResponse();
  const fields = last.fields(['Name', 'value'].map((text) => Buffer.from(text)));
  expect(fields).toEqual(['Name', 'value']);
  expect(last.fields(['Name', 'value'].map((text) => Buffer.from(text)))).toBe(fields);
  const texts = last.fields(['Name', 'another']);
  expect(texts).toEqual(['Name', 'another']);
  expect(last.fields(['Name', 'another'])).toBe(texts);
});

it('knows fields that differ in one byte, in their number or in where they end', () => {
  const last = new LastResponse();
  for (const fields of [['Name', 'value'], ['Name', 'valve'], ['Name', 'valv'], ['Namev', 'alv'], []]) {
    expect(last.fields(fields.map((text) => Buffer.from(text)))).toEqual(fields);
  }
});

it('keeps none of the bytes that it is given: their client may write others in their place', () => {
  const last = new LastResponse();
  const chunk = Buffer.from('Namevalue');
  const fields = [chunk.subarray(0, 4), chunk.subarray(4)];
  expect(last.fields(fields)).toEqual(['Name', 'value']);
  chunk.write('VALUE', 4);
  expect(last.fields(fields)).toEqual(['Name', 'VALUE']);
});
