import { describe, expect, it } from 'vitest';

import { record } from '../../src/index.ts';
import { NONE, SameParts, exact } from '../../src/record/compact.ts';
import { REDACTED, Redaction } from '../../src/record/redact.ts';
import type { HeaderField } from '../../src/record/types.ts';
import { appServer } from '../helpers/app-server.ts';
import { get, httpAgent } from '../http/exchange.ts';

describe('parts of records', () => {
  const accept: HeaderField = ['accept', '*/*'];
  const host: HeaderField = ['host', 'a'];

  it('are one object as long as they are the same', () => {
    const same = new SameParts();
    expect(same.client('undici', '7.1.0')).toBe(same.client('undici', '7.1.0'));
    expect(same.place('a:80')).toBe(same.place('a:80'));
    expect(same.result(200)).toBe(same.result(200));
    expect(same.requestHeader([host, accept])).toBe(same.requestHeader([host, accept]));
    expect(same.responseHeader([host, accept])).toBe(same.responseHeader([host, accept]));
  });

  it('are others when they differ, and stay as they were', () => {
    const same = new SameParts();
    const before = [
      same.client('undici', '7.1.0'),
      same.place('a:80'),
      same.result(200),
      same.requestHeader([host, accept]),
      same.responseHeader([host, accept]),
    ];
    expect(same.client('undici', '8.0.0')).toEqual({ name: 'undici', version: '8.0.0' });
    expect(same.client('fetch', '8.0.0')).toEqual({ name: 'fetch', version: '8.0.0' });
    expect(same.place('b:80')).toEqual({ hostPort: 'b:80' });
    expect(same.result(404)).toEqual({ status: 404 });
    expect(same.requestHeader([accept, host])).toEqual([accept, host]);
    expect(same.responseHeader([host])).toEqual([host]);
    expect(before).toEqual([
      { name: 'undici', version: '7.1.0' },
      { hostPort: 'a:80' },
      { status: 200 },
      [host, accept],
      [host, accept],
    ]);
  });

  it('have no room for more', () => {
    const pushed = [accept];
    expect(exact(pushed)).toEqual(pushed);
    expect(exact([])).toBe(NONE);
    expect(Object.isFrozen(NONE)).toBe(true);
  });
});

describe('a field of a header', () => {
  it('is one object as long as it is the same', () => {
    const redaction = new Redaction();
    const field = redaction.field('Accept', '*/*');
    expect(redaction.field('Accept', '*/*')).toBe(field);
    expect(redaction.field('accept', '*/*')).toEqual(['accept', '*/*']);
    expect(redaction.field('Accept', 'text/html')).toEqual(['Accept', 'text/html']);
    expect(field).toEqual(['Accept', '*/*']);
  });

  it('is one object for all secrets of a name, of which none is kept', () => {
    const redaction = new Redaction();
    const field = redaction.field('Cookie', 'a=1');
    expect(field).toEqual(['Cookie', REDACTED]);
    expect(redaction.field('Cookie', 'a=2')).toBe(field);
  });

  it('may be empty, and as long as it likes', () => {
    const redaction = new Redaction();
    expect(redaction.field('X-Empty', '')).toEqual(['X-Empty', '']);
    const long = 'x'.repeat(10_000);
    expect(redaction.field('X-Long', long)).toEqual(['X-Long', long]);
    expect(redaction.field('X-Long', long)).toEqual(['X-Long', long]);
    expect(redaction.field('X-Long', 'short')).toEqual(['X-Long', 'short']);
  });
});

describe('records', () => {
  it('of one connection share the fields that are the same, and differ in the one that is not', async () => {
    const { origin } = await appServer((_request, response) => response.end('ok'));
    const agent = httpAgent();
    const { records } = await record(async () => {
      await get(origin, { agent, headers: { 'x-number': '1' } });
      await get(origin, { agent, headers: { 'x-number': '2' } });
    });
    const [first, second] = records.map(({ request }) => new Map(request.header));
    expect(first?.get('x-number')).toBe('1');
    expect(second?.get('x-number')).toBe('2');
    const shared = records[0]?.request.header.filter((field) => records[1]?.request.header.includes(field));
    expect(shared?.map(([name]) => name)).toEqual(['Host', 'Connection']);
  });
});
