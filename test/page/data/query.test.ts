import { describe, expect, it } from 'vitest';
import { parseQuery } from '../../../ui/data/query.ts';
import { Trace } from '../../../ui/data/trace.ts';
import { roundTrip } from '../records.ts';

const trace = new Trace();
const records = [
  roundTrip({ id: 'ok', duration: 20, reused: true }),
  roundTrip({ id: 'missing', duration: 150, method: 'POST', url: 'https://b.example/Orders/7', status: 404 }),
  roundTrip({ id: 'failed', duration: 3000, url: 'http://c.example/', error: 'ECONNRESET' }),
  roundTrip({ id: 'open', duration: 10, url: 'http://d.example/', outcome: 'incomplete' }),
  roundTrip({ id: 'mocked', duration: 0.3, url: 'http://e.example/', intercepted: true }),
];
for (const record of records) trace.add(JSON.stringify(record));

function found(query: string): string[] {
  const matches = parseQuery(query);
  return trace.requests.id.filter((_, request) => matches(trace.requests, request));
}

describe('parseQuery', () => {
  it.each([
    ['', ['ok', 'missing', 'failed', 'open', 'mocked']],
    ['orders', ['missing']],
    ['ORDERS post', ['missing']],
    ['orders get', []],
    ['-example', []],
    ['-orders -status:200', ['failed', 'open']],
    ['status:404', ['missing']],
    ['status:4xx', ['missing']],
    ['method:post', ['missing']],
    ['is:error', ['missing', 'failed']],
    ['is:failed', ['failed']],
    ['is:open', ['open']],
    ['is:mocked', ['mocked']],
    ['is:reused', ['ok']],
    ['is:new', ['missing', 'failed', 'open']],
    ['>100ms', ['missing', 'failed']],
    ['>1s', ['failed']],
    ['<=10', ['open', 'mocked']],
    ['econnreset', ['failed']],
    ['client:node:http', ['ok', 'missing', 'failed', 'open', 'mocked']],
    ['process:4100', ['ok', 'missing', 'failed', 'open', 'mocked']],
    ['process:41', []],
  ])('finds with %j', (query, ids) => {
    expect(found(query)).toEqual(ids);
  });

  it.each(['is:nonsense', 'status:abc', 'is:constructor', '>', '-', '<x'])(
    'takes %j as a word, or as nothing',
    (query) => {
      expect(found(query)).toEqual(query === '-' ? trace.requests.id : []);
    },
  );
});
