import { expect, it } from 'vitest';

import { LastResponse } from '../../src/events/last-response.ts';

it('gives one array for responses of equal fields, and never the one of the client', () => {
  const last = new LastResponse();
  const first = ['Server', 'a', 'Date', 'Mon'];
  const kept = last.fields(first);
  expect(kept).toEqual(first);
  expect(kept).not.toBe(first);
  expect(last.fields([...first])).toBe(kept);
});

it('compares bytes with what it has, and keeps text of them', () => {
  const last = new LastResponse();
  const kept = last.fields(['Server', 'caf\u00e9'].map((text) => Buffer.from(text, 'latin1')));
  expect(kept).toEqual(['Server', 'caf\u00e9']);
  expect(last.fields([Buffer.from('Server'), Buffer.from('caf\u00e9', 'latin1')])).toBe(kept);
  expect(last.fields([Buffer.from('Server'), Buffer.from('cafe')])).toEqual(['Server', 'cafe']);
  expect(
    last.fields([Buffer.from('Server'), Buffer.from('cafe'), Buffer.from('A'), Buffer.from('')]),
  ).toEqual(['Server', 'cafe', 'A', '']);
});

it('knows the length of the body that its fields tell', () => {
  const last = new LastResponse();
  expect(last.contentLength).toBeUndefined();
  last.fields(['content-length', '12', 'Server', 'a']);
  expect(last.contentLength).toBe(12);
  last.fields(['Server', 'a']);
  expect(last.contentLength).toBeUndefined();
});

it('gives one string for texts that are equal', () => {
  const last = new LastResponse();
  expect(['OK', 'OK', 'Created', ''].map((text) => last.statusText(text))).toEqual([
    'OK',
    'OK',
    'Created',
    '',
  ]);
  expect(['1.1', '1.0'].map((version) => last.httpVersion(version))).toEqual(['1.1', '1.0']);
});

it('gives another array as soon as a field differs, and leaves the earlier one as it is', () => {
  const last = new LastResponse();
  const monday = last.fields(['Server', 'a', 'Date', 'Mon']);
  const tuesday = last.fields(['Server', 'a', 'Date', 'Tue']);
  expect(tuesday).toEqual(['Server', 'a', 'Date', 'Tue']);
  expect(monday).toEqual(['Server', 'a', 'Date', 'Mon']);
  expect(last.fields(['Server', 'a'])).toEqual(['Server', 'a']);
  expect(last.fields([])).toEqual([]);
});

it('knows fields that differ in one byte, in their number or in where they end', () => {
  const last = new LastResponse();
  for (const fields of [['Name', 'value'], ['Name', 'valve'], ['Name', 'valv'], ['Namev', 'alv'], []]) {
    expect(last.fields(fields.map((text) => Buffer.from(text)))).toEqual(fields);
  }
});

it('compares bytes of any length: short ones here, long ones in C++', () => {
  for (let length = 0; length <= 40; length++) {
    const last = new LastResponse();
    const text = 'v'.repeat(length);
    const kept = last.fields(['Name', text].map((field) => Buffer.from(field)));
    expect(last.fields(['Name', text].map((field) => Buffer.from(field)))).toBe(kept);
    for (let at = 0; at < length; at++) {
      const other = text.slice(0, at) + 'w' + text.slice(at + 1);
      expect(last.fields(['Name', other].map((field) => Buffer.from(field)))[1]).toBe(other);
    }
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
