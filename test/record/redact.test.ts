import { PassThrough } from 'node:stream';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Connection } from '../../src/events/connection.ts';
import { connectionRecord } from '../../src/record/connection-record.ts';
import { Redaction } from '../../src/record/redact.ts';
import type { RoundTripRecord } from '../../src/record/types.ts';
import { FakeRoundTrip } from './fake-round-trip.ts';
import { expectValid } from './valid.ts';

const strict = new Redaction();

describe('header fields', () => {
  it.each([
    'Authorization',
    'Proxy-Authorization',
    'X-Forwarded-Authorization',
    'Cookie',
    'Set-Cookie',
    'Authentication-Info',
    'Api-Key', // Azure
    'apikey', // Supabase
    'X-Api-Key', // AWS, Anthropic
    'x-goog-api-key',
    'X-Goog-IAP-JWT-Assertion',
    'X-Amz-Security-Token',
    'X-Amz-Server-Side-Encryption-Customer-Key',
    'Ocp-Apim-Subscription-Key',
    'x-functions-key',
    'x-ms-encryption-key',
    'DD-API-KEY',
    'DD-APPLICATION-KEY',
    'X-Insert-Key', // New Relic
    'x-honeycomb-team',
    'X-RapidAPI-Key',
    'xi-api-key', // ElevenLabs
    'Private-Token', // GitLab
    'X-GitLab-Token',
    'X-Vault-Token',
    'X-Consul-Token',
    'X-Shopify-Access-Token',
    'X-Shopify-Hmac-Sha256',
    'X-Hub-Signature-256', // GitHub
    'Stripe-Signature',
    'X-Twilio-Signature',
    'X-Postmark-Server-Token',
    'CF-Access-Client-Secret',
    'X-Auth-Key', // Cloudflare
    'Fastly-Key',
    'X-Auth-Token',
    'X-CSRFToken',
    'X-XSRF-TOKEN',
    'npm-otp',
    'X-Session-Id',
    'X-Parse-Master-Key',
    'X-Password',
    'X-Forwarded-Client-Cert',
  ])('%s is a secret, in whatever case', (name) => {
    for (const written of [name, name.toLowerCase(), name.toUpperCase()]) {
      expect(strict.field(written, 'hunter2')).toEqual([written, '[redacted]']);
    }
  });

  it.each([
    ['Accept', 'text/html'],
    ['User-Agent', 'robot/1.0 (+https://example.test/robot)'],
    ['X-RateLimit-Remaining-Tokens', '12'],
    ['anthropic-ratelimit-tokens-remaining', '12'],
    ['Idempotency-Key', '8e03978e'],
    ['Surrogate-Key', 'page article'],
    ['Cache-Control', 'max-age=5'],
    ['ETag', '"a?b#c"'],
    ['WWW-Authenticate', 'Basic realm="x"'],
    ['Alt-Svc', 'h3=":443"; ma=86400'],
    ['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
    ['Location', '/@scope/package@1.0.0'],
    ['Link', '</style.css>; rel=preload; as=style, </app.js>; rel="preload"'],
    ['Refresh', '5'],
  ])('%s: %s is shown', (name, value) => {
    expect(strict.field(name, value)).toEqual([name, value]);
  });

  it.each([
    ['Location', '/next?a=s,e;c', '/next?a=[redacted];[redacted]'],
    ['Location', 'https://u:p@h.test/x#t', 'https://[redacted]@h.test/x#[redacted]'],
    ['Content-Location', 'x?t', 'x?[redacted]'],
    ['Referer', 'https://h.test/?q=a b', 'https://h.test/?q=[redacted]'],
    [
      'Refresh',
      '5; url=https://u@h.test/?t=a;b',
      '5; url=https://[redacted]@h.test/?t=[redacted];[redacted]',
    ],
    ['Refresh', '0,/next?a=1', '0,/next?a=[redacted]'],
    ['Refresh', '/next?a=1', '/next?a=[redacted]'],
    [
      'Link',
      '<https://h.test/?t=a,b;c>; rel=next, </y#z>; anchor="/w?k=l,m"',
      '<https://h.test/?t=[redacted];[redacted]>; rel=next, </y#[redacted]>; anchor="/w?k=[redacted]"',
    ],
    ['Content-Security-Policy', "x 'self' https://r.test/?k=v", "x 'self' https://r.test/?k=[redacted]"],
    [':path', '/x?y=z', '/x?y=[redacted]'],
  ])('%s: %s has its URLs redacted', (name, value, expected) => {
    expect(strict.field(name, value)).toEqual([name, expected]);
  });

  it('are shown by the allow-list, by name or all', () => {
    const some = new Redaction({ allowHeaders: ['X-Api-Key', 'location'] });
    expect(some.field('x-api-key', 'v')[1]).toBe('v');
    expect(some.field('Location', '/?a=b')[1]).toBe('/?a=b');
    expect(some.field('Cookie', 'v')[1]).toBe('[redacted]');
    expect(new Redaction({ allowHeaders: ['*'] }).field('Cookie', 'v')[1]).toBe('v');
  });

  it('are told apart also when a peer makes up thousands of names', () => {
    const redaction = new Redaction();
    for (let i = 0; i < 3000; i++) redaction.field(`x-${i}`, '');
    expect(redaction.field('x-new-token', 'v')[1]).toBe('[redacted]');
    expect(redaction.field('x-new', 'v')[1]).toBe('v');
  });
});

describe('URLs', () => {
  it.each([
    ['http://h.test/', 'http://h.test/'],
    ['http://h.test/a/b;c=d', 'http://h.test/a/b;c=d'],
    ['http://user:pass@h.test:8080/', 'http://[redacted]@h.test:8080/'],
    ['http://user@h.test', 'http://[redacted]@h.test'],
    ['http://us@er:p@ss@h.test/', 'http://[redacted]@h.test/'],
    ['//user:pass@h.test/', '//[redacted]@h.test/'],
    ['http:user:pass@h.test/', 'http:[redacted]@h.test/'],
    ['http:\\\\user:pass@h.test/', 'http:\\\\[redacted]@h.test/'],
    ['https://cache.test/https://u:p@h.test/x', 'https://cache.test/https://[redacted]@h.test/x'],
    ['http://h.test/?a=1&b=2', 'http://h.test/?a=[redacted]&b=[redacted]'],
    ['http://h.test/?a=1&a=2', 'http://h.test/?a=[redacted]&a=[redacted]'],
    ['http://h.test/?a=1;b=2', 'http://h.test/?a=[redacted];b=[redacted]'],
    ['http://h.test/?abc', 'http://h.test/?[redacted]'],
    ['http://h.test/?c2VjcmV0cw==', 'http://h.test/?[redacted]'],
    ['http://h.test/?a=1=2?3', 'http://h.test/?a=[redacted]'],
    ['http://h.test/?', 'http://h.test/?'],
    ['http://h.test/?&&a=1&', 'http://h.test/?&&a=[redacted]&'],
    ['http://h.test/#token', 'http://h.test/#[redacted]'],
    ['http://h.test/#/?a=b@c', 'http://h.test/#[redacted]'],
    ['http://h.test/a@b?c@d=e', 'http://h.test/a@b?c@d=[redacted]'],
    ['http://[::1]:80/?a=1', 'http://[::1]:80/?a=[redacted]'],
    ['*', '*'],
  ])('%s becomes %s', (url, expected) => {
    expect(strict.url(url)).toBe(expected);
  });

  it('show the values of the parameters on the allow-list, also when their names are encoded', () => {
    const some = new Redaction({ allowQuery: ['page', 'a b', '100%'] });
    expect(some.url('/?page=2&q=x')).toBe('/?page=2&q=[redacted]');
    expect(some.url('/?p%61ge=2&a+b=3&100%=4&page&q')).toBe('/?p%61ge=2&a+b=3&100%=4&page&[redacted]');
    expect(some.url('/?page=2;q=x')).toBe('/?page=2;q=[redacted]');
    expect(new Redaction({ allowQuery: ['*'] }).url('//u@h/?q=x#f')).toBe('//[redacted]@h/?q=x#[redacted]');
  });

  it('take time in proportion to their length', () => {
    const hostile = ['//', 'a:', '@', '?', '&', ';', '#', '//a', '/@', '(', 'a/?'];
    for (const part of hostile) {
      const text = part.repeat(200_000);
      const began = performance.now();
      strict.url(text);
      strict.text(text);
      strict.field('Link', `<${text}`);
      strict.field('Link', `"${text}`);
      strict.field('Refresh', text);
      strict.field(text.slice(0, 20_000), text);
      // Quadratic ones take minutes.
      expect(performance.now() - began, part).toBeLessThan(5000);
    }
  });
});

describe('texts', () => {
  it.each([
    ['connect ECONNREFUSED 127.0.0.1:80', 'connect ECONNREFUSED 127.0.0.1:80'],
    ['connect ENOENT /run/user@host/x.sock', 'connect ENOENT /run/user@host/x.sock'],
    ['what? a=b', 'what? a=b'],
    ['and/or? #5', 'and/or? #5'],
    ['GET https://u:p@h.test/?k=v failed', 'GET https://[redacted]@h.test/?k=[redacted] failed'],
    ["cannot GET '/x?k=v'", "cannot GET '/x?k=[redacted]"],
    ['see <//u:p@h.test>', 'see <//[redacted]@h.test>'],
    ['no page?k=v', 'no page?k=[redacted]'],
  ])('%s becomes %s', (text, expected) => {
    expect(strict.text(text)).toBe(expected);
  });
});

/** A way to plant a secret in a round trip. `inURL`: with the characters that end a part of a URL encoded. */
type Plant = (roundTrip: FakeRoundTrip, secret: string) => void;

function inURL(secret: string): string {
  return encodeURIComponent(secret);
}

function sends(roundTrip: FakeRoundTrip, name: string, values: string[]): void {
  roundTrip.sentHead = { fields: () => [{ name, values }] };
}

function plantField(name: string, value: (secret: string) => string): Plant[] {
  const field = (secret: string) => [name, value(secret)] as const;
  return [
    (roundTrip, secret) => sends(roundTrip, name, ['x', field(secret)[1]]),
    (roundTrip, secret) => (roundTrip.responseFields = field(secret)),
    (roundTrip, secret) => (roundTrip.trailers = field(secret)),
    (roundTrip, secret) => roundTrip.got1xxResponse(3, 103, { [name.toLowerCase()]: [field(secret)[1]] }),
  ];
}

const urls: ((secret: string) => string)[] = [
  (secret) => `http://${inURL(secret)}@h.test/`,
  (secret) => `http://user:${inURL(secret)}@h.test/x?y`,
  (secret) => `http://h.test/?k=${inURL(secret)}`,
  (secret) => `http://h.test/?k=${inURL(secret)}&k=${inURL(secret)}`,
  (secret) => `http://h.test/?${inURL(secret)}`,
  (secret) => `http://h.test/?${inURL(secret)}==`,
  (secret) => `http://h.test/?a&b=${inURL(secret)}#${inURL(secret)}`,
  // A comma, a semicolon and a quote may stand in a URL as they are.
  (secret) => `http://h.test/?k=,${inURL(secret)};${inURL(secret)}'${inURL(secret)}`,
  (secret) => `//user:${inURL(secret)}@h.test/`,
  (secret) => `/relative?k=${inURL(secret)}`,
];

const plants: Plant[] = [
  ...['Authorization', 'Proxy-Authorization', 'Cookie', 'Set-Cookie', 'X-Api-Key', 'Private-Token'].flatMap(
    (name) => plantField(name, (secret) => `Scheme ${secret}`),
  ),
  ...urls.flatMap((url): Plant[] => [
    (roundTrip, secret) => (roundTrip.url = url(secret)),
    ...['Location', 'Content-Location', 'Referer'].flatMap((name) => plantField(name, url)),
    ...plantField('Link', (secret) => `</a>; rel=next, <${url(secret)}>; rel="x"; anchor="${url(secret)}"`),
    ...plantField('Refresh', (secret) => `0; url=${url(secret)}`),
    (roundTrip, secret) => fail(roundTrip, new Error(`failed: ${url(secret)} (sorry)`)),
    (roundTrip, secret) => fail(roundTrip, new Error('x', { cause: new Error(url(secret)) })),
    (roundTrip, secret) => fail(roundTrip, new AggregateError([new Error(url(secret))])),
    (roundTrip, secret) => {
      roundTrip.connectStart(2, 'tcp', '127.0.0.1:80');
      roundTrip.connectDone(2, 'tcp', '127.0.0.1:80', new Error(url(secret)));
      roundTrip.dnsStart(2, 'h.test');
      roundTrip.dnsDone(2, { addrs: [], err: new Error(url(secret)), coalesced: false });
    },
  ]),
];

function fail(roundTrip: FakeRoundTrip, error: Error): void {
  roundTrip.connection?.close(4, 'error', error);
  roundTrip.roundTripDone(4, error);
}

function recordWith(plant: Plant, secret: string): RoundTripRecord {
  const roundTrip = new FakeRoundTrip();
  roundTrip.roundTripStart(1);
  roundTrip.getConn(1, 'h.test:80');
  const connection = new Connection(new PassThrough(), undefined, 2);
  roundTrip.gotConn(2, connection, false, false);
  plant(roundTrip, secret);
  roundTrip.wroteHeaders(2, false);
  const status = { status: 200, statusText: 'OK', httpVersion: '1.1', header: {} };
  roundTrip.gotFirstResponseByte(3);
  roundTrip.gotResponse(3, status);
  roundTrip.roundTripDone(5, null);
  const closed = expectValid(connectionRecord(connection, strict));
  expect(JSON.stringify(closed)).not.toContain(secret);
  return expectValid(roundTrip.record());
}

describe('a secret', () => {
  function expectHidden(plant: Plant, secret: string): void {
    const json = JSON.stringify(recordWith(plant, secret));
    expect(json).not.toContain(secret);
    expect(json).not.toContain(inURL(secret));
    expect(json).toContain('redacted');
  }

  it('is in no part of a record, wherever it was', () => {
    for (const plant of plants) expectHidden(plant, 's3cr3t');
  });

  it('is in no part of a record, whatever it is', () => {
    const secret = fc
      .string({ minLength: 4, unit: fc.constantFrom(...'abcXYZ019-._~!*()'.split('')) })
      .map((text) => `s3cr3t${text}`);
    fc.assert(
      fc.property(secret, fc.constantFrom(...plants), (value, plant) => expectHidden(plant, value)),
      {
        numRuns: 500,
      },
    );
  });

  it('is shown where the allow-lists say so', () => {
    const roundTrip = new FakeRoundTrip();
    roundTrip.url = 'http://h.test/?page=two';
    sends(roundTrip, 'Authorization', ['Basic abc']);
    const { request } = roundTrip.record({ allowQuery: ['page'], allowHeaders: ['authorization'] });
    expect(request).toMatchObject({ url: roundTrip.url, header: [['Authorization', 'Basic abc']] });
  });
});
