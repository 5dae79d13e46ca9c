import { stripVTControlCharacters } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RoundTripRecord } from '../../src/record/types.ts';
import { textWidth } from '../../src/view/text.ts';
import { drawWaterfall, type WaterfallOptions } from '../../src/view/waterfall.ts';
import {
  expired,
  failedRoundTrip,
  plainConnection,
  redirects,
  refused,
  rich,
  roundTrip,
} from './fixtures.ts';

const at80: WaterfallOptions = { width: 80, colour: false, unicode: true };
const at200: WaterfallOptions = { width: 200, colour: false, unicode: true };
const ascii: WaterfallOptions = { width: 80, colour: false, unicode: false };

function picture(records: readonly RoundTripRecord[], options: WaterfallOptions = at80): string {
  return `${drawWaterfall(records, options).join('\n')}\n`;
}

describe('pictures', () => {
  it('shows a plain request at 80 columns', async () => {
    await expect(picture([roundTrip()])).toMatchFileSnapshot('pictures/plain.80.txt');
  });

  it('shows addresses, TLS, 1xx and Server-Timing at 80 columns', async () => {
    await expect(picture([rich])).toMatchFileSnapshot('pictures/rich.80.txt');
  });

  it('has room for details beside the bars at 200 columns', async () => {
    await expect(picture([rich], at200)).toMatchFileSnapshot('pictures/rich.200.txt');
  });

  it('uses ASCII where there is no UTF-8', async () => {
    await expect(picture([rich], ascii)).toMatchFileSnapshot('pictures/rich.ascii.txt');
  });

  it('shows redirects as one picture with a group for each', async () => {
    await expect(picture(redirects)).toMatchFileSnapshot('pictures/redirects.80.txt');
    await expect(picture(redirects, at200)).toMatchFileSnapshot('pictures/redirects.200.txt');
  });

  it('shows how far a refused request came, and why it failed', async () => {
    await expect(picture([refused])).toMatchFileSnapshot('pictures/refused.80.txt');
  });

  it('shows an expired certificate', async () => {
    await expect(picture([expired])).toMatchFileSnapshot('pictures/expired.80.txt');
  });
});

describe('a busy event loop', () => {
  function waiting(busy: number): RoundTripRecord {
    const record = roundTrip();
    return {
      ...record,
      phases: record.phases.map((one) => (one.name === 'wait' ? { ...one, busy } : one)),
    };
  }

  it('is shown under the phase that it took a good part of', () => {
    const { phases } = roundTrip();
    const wait = phases.find(({ name }) => name === 'wait')!;
    const lines = drawWaterfall([waiting(wait.duration / 2)], at80);
    const at = lines.findIndex((line) => line.startsWith('wait'));
    const count = (line: string | undefined, glyph: RegExp) => line?.match(glyph)?.length ?? 0;
    expect(lines[at + 1]).toMatch(/^└ loop busy +▒+ +[\d.]+ ms$/);
    expect(Math.abs(count(lines[at + 1], /▒/g) - count(lines[at], /[█-▏▐▕]/g) / 2)).toBeLessThanOrEqual(1);
    expect(picture([waiting(wait.duration / 2)], ascii)).toMatch(/\n {2}loop busy +\.+ +[\d.]+ ms\n/);
    expect(picture([waiting(wait.duration / 2)], at200)).toContain('of it the event loop was busy\n');
  });

  it('is not shown where it explains nothing', () => {
    expect(picture([waiting(0.5)])).not.toContain('busy');
  });
});

describe('drawWaterfall', () => {
  it('draws nothing for no records', () => {
    expect(drawWaterfall([], at80)).toEqual([]);
  });

  it('shows the URL that the user typed, when it is given', () => {
    const lines = drawWaterfall([roundTrip()], { ...at80, urls: ['http://example.test/hello?q=secret'] });
    expect(lines[0]).toBe('GET http://example.test/hello?q=secret');
  });

  it('cuts a long URL in the middle', () => {
    const url = `http://example.test/${'a'.repeat(200)}/end`;
    const [line = ''] = drawWaterfall([roundTrip()], { ...at80, urls: [url] });
    expect(textWidth(line)).toBe(80);
    expect(line).toMatch(/^GET http:\/\/example\.test\/a+…a+\/end$/);
  });

  it('shows header fields when asked to, secrets as the record has them', () => {
    const text = picture([roundTrip()], { ...at80, showHeaders: true });
    expect(text).toContain('request     Host: example.test\n            Authorization: [redacted]\n');
    expect(text).toContain('response    Content-Type: text/html\n');
  });

  it('says that a connection was closed, and why', () => {
    const connection = { ...plainConnection, after: 'closed' as const, closeReason: 'Connection: close' };
    expect(picture([roundTrip({ connection })])).toContain('HTTP/1.1 · closed: Connection: close\n');
  });

  it('points out that a certificate ends soon', () => {
    const soon = roundTrip({
      connection: {
        ...plainConnection,
        tls: {
          ...rich.connection!.tls!,
          certificate: { ...rich.connection!.tls!.certificate!, validTo: rich.wallTime + 90_000_000 },
        },
      },
    });
    expect(drawWaterfall([soon], { ...at80, colour: true }).join('\n')).toContain(
      '\u001b[33m1 day left\u001b[39m',
    );
  });

  it('writes colours only when told to, and the same text without them', () => {
    for (const records of [[rich], redirects, [refused], [expired]]) {
      const plain = picture(records);
      const coloured = picture(records, { ...at80, colour: true });
      expect(plain).not.toContain('\u001b');
      expect(coloured).toContain('\u001b[');
      expect(stripVTControlCharacters(coloured)).toBe(plain);
    }
  });

  it('writes nothing but ASCII when there is no UTF-8', () => {
    for (const records of [[rich], redirects, [refused], [expired]]) {
      expect(picture(records, ascii)).toMatch(/^[\x20-\x7e\n]*$/);
    }
  });

  it('never exceeds the width', () => {
    for (const width of [40, 57, 80, 129, 130, 200, 300]) {
      for (const records of [[roundTrip()], [rich], redirects, [refused], [expired]]) {
        for (const unicode of [true, false]) {
          for (const line of drawWaterfall(records, { width, colour: true, unicode, showHeaders: true })) {
            expect(textWidth(line)).toBeLessThanOrEqual(width);
          }
        }
      }
    }
  });

  it('lists a few of very many 1xx responses', () => {
    const informational = Array.from({ length: 100 }, (_, index) => ({
      status: 102,
      time: 1010 + index / 10,
      header: [],
    }));
    expect(picture([roundTrip({ informational })])).toContain('            and 93 more\n');
  });

  it('draws a record whose times make no sense without failing', () => {
    fc.assert(
      fc.property(fc.double(), fc.double(), fc.integer({ min: 1, max: 300 }), (start, duration, width) => {
        const record = roundTrip({ phases: [{ name: 'wait', start, duration }], duration });
        expect(drawWaterfall([record], { ...at80, width }).length).toBeGreaterThan(3);
      }),
    );
  });
});

describe('what came from the network', () => {
  const evil = 'a\u001b[2J\u001b]0;owned\u0007\u202Egnp.exe\u009b31m\r\nHTTP/1.1 200 OK';
  const UNSAFE = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/u;

  function everywhere(text: string): RoundTripRecord[] {
    const header = [
      ['Location', text],
      [text, text],
    ] as const;
    const tls = {
      version: text,
      cipher: text,
      alpnProtocol: text,
      resumed: false,
      authorized: false,
      authorizationError: text,
      certificate: {
        subject: text,
        issuer: `${text}!`,
        subjectAltName: text,
        validFrom: Number.NaN,
        validTo: Number.NaN,
        fingerprint256: text,
      },
    };
    const attempt = { network: 'tcp' as const, addr: text, start: 0, duration: 1 };
    const dial = { used: false, host: text, addresses: [text], attempts: [attempt, attempt], tls };
    const served = roundTrip({
      client: { name: text, version: text },
      request: { method: text, url: text, httpVersion: text, header },
      informational: [{ status: 103, time: 1001, header }],
      response: {
        status: 302,
        statusText: text,
        httpVersion: text,
        header,
        trailers: header,
        serverTiming: [{ name: text, duration: 1, description: text }],
      },
      connection: {
        ...plainConnection,
        id: text,
        protocol: text,
        proxy: text,
        remote: { address: text, port: 1 },
        after: 'closed',
        closeReason: text,
        tls,
      },
      dial,
    });
    const failed = ['ECONNRESET', 'EPROTO', 'HPE_INVALID_CONSTANT', 'ERR_TLS_CERT_ALTNAME_INVALID', text].map(
      (code) =>
        failedRoundTrip('tls', { code, message: text, name: text }, { dial, request: { ...served.request } }),
    );
    return [served, ...failed];
  }

  it('cannot control the terminal, wherever it stands', () => {
    for (const colour of [false, true]) {
      for (const width of [80, 200]) {
        const options = { width, colour, unicode: true, showHeaders: true };
        const lines = drawWaterfall(everywhere(evil), options);
        for (const line of lines) {
          expect(stripVTControlCharacters(line)).not.toMatch(UNSAFE);
          expect(line).not.toContain('\n');
          expect(line).not.toContain('\u001b[2J');
        }
      }
    }
  });

  it('cannot control the terminal, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const drawn = drawWaterfall(everywhere(text), { ...at80, showHeaders: true }).join('');
        expect(drawn).not.toMatch(UNSAFE);
      }),
      { numRuns: 30 },
    );
  });
});
