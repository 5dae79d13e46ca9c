import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectionNumbers } from '../../src/view/connection-numbers.ts';
import { Pen } from '../../src/view/pen.ts';
import { callSiteLine, requestLine } from '../../src/view/request-line.ts';
import { textWidth } from '../../src/view/text.ts';
import { failedRoundTrip, redirects, refused, rich, roundTrip } from './fixtures.ts';

function plain(width: number): { pen: Pen } {
  return { pen: new Pen({ width, colour: false, unicode: true }) };
}

describe('requestLine', () => {
  it('tells method, status, time, phases, connection and target', () => {
    expect(requestLine(rich, plain(80))).toBe('GET     200     456 ms  ccccccwwwr  new     example.test/');
    expect(requestLine(redirects[2]!, plain(80))).toBe(
      'GET     200    37.3 ms  wwwwwwwwwr  reused  example.test/home',
    );
  });

  it('tells more on a wide terminal: size, client, and which requests shared a connection', () => {
    const numbers = new ConnectionNumbers();
    const lines = redirects.map((record) => requestLine(record, { ...plain(140), numbers }));
    expect(lines).toEqual([
      'GET     301    22.9 ms  ddcccccccccwwwwwwwwwwwww  new #1           0 B  example.test/hello?q=…                                          http',
      'GET     301    45.7 ms  ccccctttttttttttswwwwwww  new #2           0 B  example.test/                                                  https',
      'GET     200    37.3 ms  wwwwwwwwwwwwwwwwwwwwwrrr  reused #2    1.24 kB  example.test/home                                              https',
    ]);
  });

  it('says errors in words, with the code where there is room for it', () => {
    expect(requestLine(refused, plain(100))).toContain('localhost:81/  connection refused (ECONNREFUSED)');
    expect(requestLine(refused, plain(80))).toMatch(
      /^GET {5}✗ .* – {7}localhost:81\/ {2}connection refused$/,
    );
  });

  it('says that a request was sent again, and that one was not finished', () => {
    const call = { id: '1-0-1', attempt: 3, reason: 'retry', known: true } as const;
    expect(requestLine(roundTrip({ call }), plain(80))).toMatch(/attempt 3$/);
    const { response: _response, ...open } = roundTrip({ outcome: 'incomplete' });
    expect(requestLine(open, plain(80))).toMatch(/^GET {5}\.\.\. .* not finished$/);
  });

  it('shows mocked requests as such', () => {
    expect(requestLine(roundTrip({ intercepted: true, phases: [] }), plain(80))).toContain('  mock    ');
  });

  it('shows where phases are by colour, and the phase that failed in red', () => {
    const line = requestLine(refused, { pen: new Pen({ width: 80, colour: true, unicode: true }) });
    expect(line).toContain('\u001b[36m▆▆▆▆▆▆▆\u001b[39m\u001b[1m\u001b[31m▆▆');
  });

  it('is never wider than the terminal, never more than a line, and safe, whatever the network said', () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 });
    const method = fc.oneof(text, fc.constant('GET'));
    fc.assert(
      fc.property(method, text, text, fc.integer({ min: 40, max: 220 }), fc.boolean(), (...drawn) => {
        const [verb, path, message, width, unicode] = drawn;
        const request = { ...rich.request, method: verb, url: `https://例え.test/${path}` };
        const failed = failedRoundTrip('wait', { message, code: 'EODD' }, { request });
        const pen = new Pen({ width, colour: false, unicode });
        for (const record of [failed, roundTrip({ request, callSite: [path] })]) {
          const lines = [requestLine(record, { pen }), callSiteLine(record, { pen }) ?? ''];
          for (const line of lines) {
            expect(textWidth(line)).toBeLessThanOrEqual(width);
            expect(line).not.toMatch(unicode ? /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u : /[^\x20-\x7e]/);
          }
        }
      }),
      { numRuns: 12 },
    );
  });

  it('takes durations and phases of any size', () => {
    const record = roundTrip({ durations: { dns: 1e-9, wait: 1e12 } });
    expect(textWidth(requestLine(record, plain(40)))).toBeLessThanOrEqual(40);
    expect(requestLine(roundTrip({ durations: {} }), plain(80))).toContain('0.00 ms              new');
  });
});

describe('callSiteLine', () => {
  it('is the application frame that made the request', () => {
    const record = roundTrip({ callSite: ['load (/app/src/users.js:12:9)', 'main (/app/src/main.js:3:1)'] });
    expect(callSiteLine(record, plain(80))).toBe('        at load (/app/src/users.js:12:9)');
    expect(callSiteLine(roundTrip(), plain(80))).toBeUndefined();
  });
});
