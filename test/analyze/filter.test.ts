import { describe, expect, it } from 'vitest';
import { matchesFilter, NO_FILTER, parseStatusRange } from '../../src/analyze/filter.ts';
import { hostOf, originOf, pathOf } from '../../src/analyze/origin.ts';
import { refused, rich, roundTrip } from '../view/fixtures.ts';

function at(url: string): typeof rich {
  return roundTrip({ request: { ...rich.request, url } });
}

describe('matchesFilter', () => {
  it('lets everything through when nothing is asked for', () => {
    expect([rich, refused].every((record) => matchesFilter(NO_FILTER, record))).toBe(true);
  });

  it.each([
    ['https://api.example.com', 'https://api.example.com/x', true],
    ['https://api.example.com/', 'https://api.example.com/x', true],
    ['http://api.example.com', 'https://api.example.com/x', false],
    ['api.example.com', 'https://api.example.com:8443/x', true],
    ['API.example.com', 'https://api.EXAMPLE.com/x', true],
    ['api.example.com:8443', 'https://api.example.com:8443/x', true],
    ['api.example.com:8443', 'https://api.example.com/x', false],
    ['example.com', 'https://api.example.com/x', false],
    ['*.example.com', 'https://api.example.com:8443/x', true],
    ['*.example.com', 'https://example.com/', false],
    ['*.example.com', 'https://badexample.com/', false],
    ['::1', 'http://[::1]:80/', true],
  ])('origin %s and %s: %s', (origin, url, matches) => {
    expect(matchesFilter({ ...NO_FILTER, origins: [origin] }, at(url))).toBe(matches);
  });

  it('wants one of several origins and statuses', () => {
    const filter = { ...NO_FILTER, origins: ['a.test', 'b.test'], statuses: [{ from: 200, to: 299 }] };
    expect(matchesFilter(filter, at('http://b.test/'))).toBe(true);
    expect(matchesFilter(filter, at('http://c.test/'))).toBe(false);
    expect(matchesFilter({ ...filter, statuses: [{ from: 500, to: 500 }] }, at('http://b.test/'))).toBe(
      false,
    );
  });

  it('counts failures and statuses from 400 on as errors', () => {
    const filter = { ...NO_FILTER, onlyErrors: true };
    expect(matchesFilter(filter, refused)).toBe(true);
    expect(matchesFilter(filter, rich)).toBe(false);
    expect(matchesFilter(filter, roundTrip({ response: { ...rich.response!, status: 404 } }))).toBe(true);
  });

  it('wants at least the duration', () => {
    expect(matchesFilter({ ...NO_FILTER, minDuration: rich.duration }, rich)).toBe(true);
    expect(matchesFilter({ ...NO_FILTER, minDuration: rich.duration + 1 }, rich)).toBe(false);
  });
});

describe('parseStatusRange', () => {
  it('reads codes, classes and ranges', () => {
    expect(parseStatusRange('404')).toEqual({ from: 404, to: 404 });
    expect(parseStatusRange('5XX')).toEqual({ from: 500, to: 599 });
    expect(parseStatusRange('400-499')).toEqual({ from: 400, to: 499 });
  });

  it.each(['', 'abc', '40', '0xx', '499-400', '4x', '99999'])('refuses "%s"', (text) => {
    expect(parseStatusRange(text)).toBeUndefined();
  });
});

describe('originOf, hostOf and pathOf', () => {
  it('take a URL apart without its userinfo', () => {
    const url = 'HTTPS://[redacted]@Example.com:8443/a/b?q=[redacted]';
    expect(originOf(url)).toBe('https://example.com:8443');
    expect(hostOf(originOf(url))).toBe('example.com:8443');
    expect(pathOf(url)).toBe('/a/b?q=[redacted]');
    expect(pathOf('http://example.com')).toBe('/');
    expect(pathOf('http://example.com?q')).toBe('/?q');
  });

  it('make something of what is no URL', () => {
    expect(originOf('nonsense/path')).toBe('nonsense');
    expect(pathOf('nonsense/path')).toBe('/path');
    expect(hostOf('nonsense')).toBe('nonsense');
    expect(originOf('')).toBe('');
  });
});
