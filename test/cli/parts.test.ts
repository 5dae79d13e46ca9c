import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exitCodeFor } from '../../src/cli/exit-codes.ts';
import { jsonLine } from '../../src/cli/json-output.ts';
import { readOptions, type Options } from '../../src/cli/options.ts';
import { proxyFor } from '../../src/cli/proxy.ts';
import { nextStep, type RedirectStep } from '../../src/cli/redirect.ts';
import { parseResolve } from '../../src/cli/resolve.ts';
import type { RequestSpec } from '../../src/cli/send.ts';
import { checkSlo, parseSlo } from '../../src/cli/slo.ts';
import { suggest } from '../../src/cli/suggest.ts';
import { terminalOf } from '../../src/cli/terminal.ts';
import { parseTarget } from '../../src/cli/urls.ts';
import { redirects, roundTrip } from '../view/fixtures.ts';
import { PassThrough } from 'node:stream';

describe('parseTarget', () => {
  it('takes http for a URL without scheme', () => {
    const targets = [
      'example.test',
      'example.test:8080/x',
      'localhost:80',
      '[::1]:8080/',
      'a.test/?u=http://b/',
    ];
    expect(targets.map((written) => parseTarget(written).url.href)).toEqual([
      'http://example.test/',
      'http://example.test:8080/x',
      'http://localhost/',
      'http://[::1]:8080/',
      'http://a.test/?u=http://b/',
    ]);
  });

  it('takes user and password out of the URL', () => {
    const { url, userinfo } = parseTarget('http://me:p%40ss@example.test/');
    expect([url.href, userinfo]).toEqual(['http://example.test/', 'me:p@ss']);
  });
});

describe('readOptions', () => {
  it('understands short options as curl does', () => {
    const options = readOptions(['-kLXPUT', '-HA: b', '-n5', '-m', '.5', 'a.test', '--', '-b.test']);
    expect(options).toMatchObject({
      insecure: true,
      location: true,
      method: 'PUT',
      headerLines: ['A: b'],
      repeat: 5,
      maxTime: 0.5,
      urls: ['a.test', '-b.test'],
    });
  });

  it('keeps the order of several -d', () => {
    expect(
      readOptions(['-d', 'a=1', '--data-raw', '@b', '-d', 'c', 'x.test']).data.map((part) => part.value),
    ).toEqual(['a=1', '@b', 'c']);
  });

  it('takes the last of -4 and -6', () => {
    expect([readOptions(['-46', 'x.test']).family, readOptions(['-64', 'x.test']).family]).toEqual([6, 4]);
  });
});

describe('parseResolve', () => {
  it('takes several addresses, IPv6 in brackets or not', () => {
    expect(parseResolve('Example.test:443:127.0.0.1,[::1],::2')).toEqual({
      host: 'example.test',
      port: 443,
      addresses: [
        { address: '127.0.0.1', family: 4 },
        { address: '::1', family: 6 },
        { address: '::2', family: 6 },
      ],
    });
  });
});

describe('proxyFor', () => {
  const options = (...args: string[]): Options => readOptions([...args, 'x.test']);
  const hostOf = (url: string, given: Options, env: Record<string, string> = {}): string | undefined => {
    const proxy = proxyFor(new URL(url), given, env);
    return proxy === undefined ? undefined : `${proxy.host}:${proxy.port}`;
  };

  it('takes port 1080 unless another one is written', () => {
    expect(hostOf('http://a.test/', options('-x', 'proxy.test'))).toBe('proxy.test:1080');
    expect(hostOf('http://a.test/', options('-x', 'http://proxy.test:80'))).toBe('proxy.test:80');
    expect(hostOf('http://a.test/', options('-x', 'http://[::1]:3128/'))).toBe('::1:3128');
  });

  it('takes port 443 for a proxy that is reached by TLS', () => {
    expect(hostOf('http://a.test/', options('-x', 'https://proxy.test'))).toBe('proxy.test:443');
    expect(hostOf('http://a.test/', options('-x', 'https://proxy.test:3128'))).toBe('proxy.test:3128');
  });

  it('takes the login from the URL, or rather from -U', () => {
    const authorization = (...args: string[]): string | undefined =>
      proxyFor(new URL('http://a.test/'), options(...args), {})?.authorization;
    expect(authorization('-x', 'http://me:pw@proxy.test')).toBe('Basic bWU6cHc=');
    expect(authorization('-x', 'http://me:pw@proxy.test', '-U', 'a:b')).toBe('Basic YTpi');
    expect(authorization('-x', 'proxy.test')).toBeUndefined();
  });

  it('asks the environment when there is no -x', () => {
    const env = { http_proxy: 'http://h:1', HTTPS_PROXY: 'http://s:2' };
    expect(hostOf('http://a.test/', options(), env)).toBe('h:1');
    expect(hostOf('https://a.test/', options(), env)).toBe('s:2');
    expect(hostOf('https://a.test/', options(), { all_proxy: 'all:3' })).toBe('all:3');
    expect(hostOf('http://a.test/', options('-x', ''), env)).toBeUndefined();
    expect(hostOf('http://a.test/', options('--unix-socket', '/s'), env)).toBeUndefined();
  });

  it('does not take HTTP_PROXY in capitals, which a CGI client could set', () => {
    expect(hostOf('http://a.test/', options(), { HTTP_PROXY: 'http://h:1' })).toBeUndefined();
  });

  it('leaves out the hosts of no_proxy and everything below them', () => {
    const env = { http_proxy: 'h:1', no_proxy: 'a.test, .b.test,127.0.0.1' };
    const hosts = ['a.test', 'x.a.test', 'xa.test', 'b.test', '127.0.0.1', 'c.test'];
    expect(hosts.map((host) => hostOf(`http://${host}/`, options(), env) === undefined)).toEqual([
      true,
      true,
      false,
      true,
      true,
      false,
    ]);
    expect(hostOf('http://c.test/', options('--noproxy', '*'), env)).toBeUndefined();
    expect(hostOf('http://a.test/', options('--noproxy', 'c.test'), env)).toBe('h:1');
  });
});

describe('nextStep', () => {
  const post: RequestSpec = {
    method: 'POST',
    url: new URL('http://a.test/x/y?q=1#part'),
    header: [
      ['Authorization', 'Basic x'],
      ['Cookie', 'c=1'],
      ['Host', 'other.test'],
      ['X-Api-Key', 'k'],
      ['Content-Type', 'text/plain'],
      ['X-Own', '1'],
    ],
    omit: new Set(),
    body: Buffer.from('body'),
  };
  function follow(request: RequestSpec, status: number, location: string): RequestSpec {
    const step = nextStep(request, status, location);
    if (step.kind !== 'follow') throw new Error(`not followed: ${step.kind}`);
    return step.request;
  }
  const names = (request: RequestSpec): string[] => request.header.map(([name]) => name);

  it('turns POST into GET after 301 and 302, without body and its fields', () => {
    for (const status of [301, 302, 303]) {
      const next = follow(post, status, '/z');
      expect([next.method, next.body, next.url.href]).toEqual(['GET', undefined, 'http://a.test/z#part']);
      expect(names(next)).toEqual(['Authorization', 'Cookie', 'Host', 'X-Api-Key', 'X-Own']);
    }
  });

  it('sends the same again after 307 and 308', () => {
    for (const status of [307, 308]) {
      const next = follow(post, status, 'z?a=b');
      expect([next.method, next.body, next.url.href]).toEqual([
        'POST',
        post.body,
        'http://a.test/x/z?a=b#part',
      ]);
    }
  });

  it('keeps other methods after 301, and HEAD after 303', () => {
    expect(follow({ ...post, method: 'PUT' }, 301, '/z').method).toBe('PUT');
    expect(follow({ ...post, method: 'PUT' }, 303, '/z').method).toBe('GET');
    expect(follow({ ...post, method: 'HEAD' }, 303, '/z').method).toBe('HEAD');
  });

  it('leaves credentials behind at another host, port or scheme', () => {
    for (const location of ['http://b.test/', 'http://a.test:81/', 'https://a.test/', '//b.test/']) {
      expect(names(follow(post, 307, location))).toEqual(['Content-Type', 'X-Own']);
    }
    expect(names(follow(follow(post, 307, 'http://b.test/'), 307, 'http://a.test/'))).toEqual([
      'Content-Type',
      'X-Own',
    ]);
  });

  it('does not take credentials from Location', () => {
    expect(follow(post, 307, 'http://me:pw@b.test/').url.href).toBe('http://b.test/#part');
  });

  it('refuses other protocols and what is no URL', () => {
    const refusals: RedirectStep[] = [
      'ftp://b.test/',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'http://a:b:c/',
    ].map((location) => nextStep(post, 302, location));
    expect(refusals.map((step) => (step.kind === 'refuse' ? step.reason : step.kind))).toEqual([
      'protocol',
      'protocol',
      'protocol',
      'url',
    ]);
  });

  it('stops at what is no redirect', () => {
    expect(nextStep(post, 200, '/z').kind).toBe('none');
    expect(nextStep(post, 304, '/z').kind).toBe('none');
    expect(nextStep(post, 302, undefined).kind).toBe('none');
  });

  it('reads a Location in UTF-8, which Node gives byte by byte', () => {
    const bytes = Buffer.from('/grüße', 'utf8').toString('latin1');
    expect(follow(post, 302, bytes).url.pathname).toBe('/gr%C3%BC%C3%9Fe');
    expect(follow(post, 302, '/gr\u00fc\u00dfe').url.pathname).toBe('/gr%C3%BC%C3%9Fe');
  });
});

describe('parseSlo and checkSlo', () => {
  it('understands metrics, percentiles and units', () => {
    expect(
      ['total<500ms', 'ttfb <= .2s', 'p95(wait)<80ms', 'p99.9(total) < 1m', 'dns<900us'].map((text) => {
        const { metric, percent, inclusive, limit } = parseSlo(text);
        return [metric, percent, inclusive, limit];
      }),
    ).toEqual([
      ['total', 100, false, 500],
      ['ttfb', 100, true, 200],
      ['wait', 95, false, 80],
      ['total', 99.9, false, 60_000],
      ['dns', 100, false, 0.9],
    ]);
  });

  it('compares the slowest call unless the rule names a percentile', () => {
    const calls = [10, 20, 30, 100].map((wait) => [roundTrip({ durations: { wait } })]);
    expect(checkSlo(parseSlo('wait<100ms'), calls)).toMatchObject({ kept: false, value: 100 });
    expect(checkSlo(parseSlo('wait<=100ms'), calls)).toMatchObject({ kept: true });
    expect(checkSlo(parseSlo('p50(wait)<25ms'), calls)).toMatchObject({ kept: true, value: 20 });
    expect(checkSlo(parseSlo('total<106ms'), [redirects])).toMatchObject({ kept: false });
  });

  it('is not broken by what did not happen', () => {
    expect(checkSlo(parseSlo('tls<1ms'), [[roundTrip()]])).toMatchObject({ kept: true, value: undefined });
  });
});

describe('suggest', () => {
  it('finds what was probably meant', () => {
    const known = ['header', 'head', 'max-time', 'max-redirs', 'user', 'user-agent'];
    expect(
      ['heder', 'haed', 'maxtime', 'max-redir', 'user-agnet', 'zzzzzz'].map((word) => suggest(word, known)),
    ).toEqual(['header', 'head', 'max-time', 'max-redirs', 'user-agent', undefined]);
  });
});

describe('exitCodeFor', () => {
  const code = (error: {
    code?: string;
    phase?: 'dns' | 'connect' | 'tls' | 'proxy' | 'wait' | 'receive';
    syscall?: string;
  }): number => exitCodeFor({ name: 'Error', message: '', ...error });

  it('is curl’s', () => {
    expect([
      code({ code: 'ENOTFOUND', phase: 'dns' }),
      code({ code: 'ECONNREFUSED', phase: 'connect' }),
      code({ code: 'ECONNREFUSED', syscall: 'connect' }),
      code({ code: 'ETIMEDOUT', phase: 'connect' }),
      code({ code: 'ERR_HTTPTRACE_TIMEOUT', phase: 'tls' }),
      code({ code: 'ECONNRESET', phase: 'tls' }),
      code({ code: 'CERT_HAS_EXPIRED', phase: 'tls' }),
      code({ code: 'ERR_HTTPTRACE_PROXY', phase: 'proxy' }),
      code({ code: 'ECONNRESET', phase: 'wait' }),
      code({ code: 'ERR_HTTPTRACE_INTERRUPTED', phase: 'wait' }),
      code({}),
    ]).toEqual([6, 7, 7, 28, 28, 35, 60, 56, 56, 130, 56]);
  });
});

describe('jsonLine', () => {
  it('is one line of plain characters that holds the same data', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = jsonLine({ text });
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(JSON.parse(line)).toEqual({ text });
      }),
    );
  });
});

describe('terminalOf', () => {
  const terminal = (env: Record<string, string>, columns?: number, noColor = false): unknown => {
    const stream =
      columns === undefined ? new PassThrough() : Object.assign(new PassThrough(), { isTTY: true, columns });
    return terminalOf(stream, { env, platform: 'linux' }, noColor);
  };

  it('writes colours to a terminal only', () => {
    expect(terminal({ LANG: 'C.UTF-8' }, 120)).toEqual({ width: 120, colour: true, unicode: true });
    expect(terminal({ LANG: 'C.UTF-8' })).toEqual({ width: 80, colour: false, unicode: true });
  });

  it('respects NO_COLOR, --no-color, TERM=dumb and FORCE_COLOR', () => {
    expect(terminal({ NO_COLOR: '1' }, 80)).toMatchObject({ colour: false });
    expect(terminal({ NO_COLOR: '' }, 80)).toMatchObject({ colour: true });
    expect(terminal({ TERM: 'dumb' }, 80)).toMatchObject({ colour: false });
    expect(terminal({}, 80, true)).toMatchObject({ colour: false });
    expect(terminal({ FORCE_COLOR: '1' })).toMatchObject({ colour: true });
    expect(terminal({ FORCE_COLOR: '0' }, 80)).toMatchObject({ colour: false });
  });

  it('takes the width of a pipe from COLUMNS', () => {
    expect(terminal({ COLUMNS: '132' })).toMatchObject({ width: 132 });
    expect(terminal({ COLUMNS: 'wide' })).toMatchObject({ width: 80 });
  });

  it('uses UTF-8 by the locale', () => {
    expect(terminal({ LC_ALL: 'C', LANG: 'de_DE.UTF-8' })).toMatchObject({ unicode: false });
    expect(terminal({ LC_CTYPE: 'de_DE.utf8' })).toMatchObject({ unicode: true });
    expect(terminal({})).toMatchObject({ unicode: false });
  });
});
