import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { comparisonNotes } from '../../src/view/compare-notes.ts';
import { compareTimes, mostDifferent } from '../../src/view/compare-table.ts';
import { drawComparison, type ComparedClient, type ComparisonOptions } from '../../src/view/compare.ts';
import { textWidth } from '../../src/view/text.ts';
import { fourClients, oneFailed, redirected, requestOf, worked } from './compare-fixtures.ts';
import { roundTrip } from './fixtures.ts';

const at80: ComparisonOptions = { width: 80, colour: false, unicode: true };
const at200: ComparisonOptions = { width: 200, colour: false, unicode: true };
const ascii: ComparisonOptions = { width: 80, colour: false, unicode: false };

function picture(clients: readonly ComparedClient[], options: ComparisonOptions = at80): string {
  return `${drawComparison(clients, options).join('\n')}\n`;
}

describe('pictures', () => {
  it('stands below one another at 80 columns', async () => {
    await expect(picture(fourClients)).toMatchFileSnapshot('pictures/compare.80.txt');
  });

  it('stands side by side at 200 columns', async () => {
    await expect(picture(fourClients, at200)).toMatchFileSnapshot('pictures/compare.200.txt');
  });

  it('uses ASCII where there is no UTF-8', async () => {
    await expect(picture(fourClients, ascii)).toMatchFileSnapshot('pictures/compare.ascii.txt');
  });

  it('shows each hop of a redirected request', async () => {
    await expect(picture(redirected, { ...at200, width: 120 })).toMatchFileSnapshot(
      'pictures/compare-redirects.120.txt',
    );
  });

  it('shows who failed, and why', async () => {
    await expect(picture(oneFailed, { ...at200, width: 120 })).toMatchFileSnapshot(
      'pictures/compare-failed.120.txt',
    );
  });
});

describe('drawComparison', () => {
  it('draws nothing of nobody', () => {
    expect(drawComparison([], at80)).toEqual([]);
  });

  it('puts all on the time axis of the longest', () => {
    const axes = picture(fourClients)
      .split('\n')
      .filter((line) => /^ +0 +\d.* ms$/.test(line));
    expect(axes).toHaveLength(4);
    expect(new Set(axes).size).toBe(1);
  });

  it('puts the same phase of neighbours on the same line', () => {
    for (const line of picture(fourClients, at200).split('\n')) {
      const names = line.match(/\b(queued|dns|connect|tls|send|wait|receive)\b(?= +\S)/g) ?? [];
      if (line.includes('┊')) expect(new Set(names).size).toBe(1);
    }
  });

  it('spreads them over as many rows as the width asks for, as even as can be', () => {
    const titlesIn = (width: number): number[] =>
      picture(fourClients, { ...at80, width })
        .split('\n')
        .map((line) => line.match(/ v\d+\.\d+\.\d+/g)?.length ?? 0)
        .filter((count) => count > 0);
    expect([80, 100, 150, 200].map(titlesIn)).toEqual([[1, 1, 1, 1], [2, 2], [2, 2], [4]]);
  });

  it('never exceeds the width, and writes ASCII only when there is no UTF-8', () => {
    for (const width of [46, 60, 80, 97, 120, 199, 200, 300]) {
      for (const clients of [fourClients, redirected, oneFailed]) {
        for (const unicode of [true, false]) {
          const options = { width, colour: true, unicode, showHeaders: true };
          for (const line of drawComparison(clients, options)) {
            expect(textWidth(line)).toBeLessThanOrEqual(width);
            if (!unicode) expect(stripVTControlCharacters(line)).toMatch(/^[\x20-\x7e]*$/);
          }
        }
      }
    }
  });

  it('writes colours only when told to, and the same text without them', () => {
    for (const clients of [fourClients, redirected, oneFailed]) {
      expect(stripVTControlCharacters(picture(clients, { ...at200, colour: true }))).toBe(
        picture(clients, at200),
      );
    }
  });

  it('shows the fields that each sent and got, when asked to', () => {
    const text = picture(fourClients, { ...at80, showHeaders: true });
    expect(text.match(/^request {5}Host: example\.test$/gm)).toHaveLength(4);
  });

  it('says how many requests it stands for', () => {
    const [first, second] = fourClients;
    const many = [first!, second!].map((client) => ({ ...client, calls: [client.shown, client.shown] }));
    expect(picture(many).split('\n')[0]).toMatch(
      /^GET https:\/\/example\.test\/ {2}\(2 times by each, the medians\)$/,
    );
  });

  it('gives what came from the network no control of the terminal', () => {
    const evil = 'a\u001b[2J\u0007\u202Eb\r\nc';
    const record = roundTrip({
      client: { name: evil, version: evil },
      request: { method: evil, url: evil, httpVersion: evil, header: [[evil, evil]] },
      response: {
        status: 200,
        statusText: evil,
        httpVersion: evil,
        header: [['Content-Encoding', evil]],
        trailers: [],
        serverTiming: [],
      },
    });
    const lines = drawComparison([worked(evil, [record]), fourClients[1]!], { ...at80, showHeaders: true });
    for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

describe('compareTimes', () => {
  it('takes medians, and finds the phase that differs most', () => {
    const compared = compareTimes(fourClients);
    expect(compared.find(({ metric }) => metric === 'tls')?.values).toEqual([22.5, 22.5, 44.9, 22.1]);
    expect(mostDifferent(compared)?.metric).toBe('tls');
  });

  it('counts what did not happen as no time', () => {
    const queued = compareTimes(fourClients).find(({ metric }) => metric === 'queued');
    expect(queued?.values).toEqual([0.3, 0.6, 0.3, undefined]);
    expect(queued?.difference).toBe(0.6);
  });
});

describe('comparisonNotes', () => {
  const two = fourClients.slice(0, 2);
  const note = (clients: readonly ComparedClient[], about: RegExp): string | undefined =>
    comparisonNotes(clients).find((one) => about.test(one));

  it('tells who spoke what', () => {
    expect(comparisonNotes(fourClients)[0]).toBe(
      'undici and http2 spoke HTTP/2, fetch and http spoke HTTP/1.1.',
    );
  });

  it('tells who opened more connections', () => {
    expect(comparisonNotes(redirected)).toContain('undici opened 2 connections, http opened 3 connections.');
  });

  it('tells of another address, status and coding', () => {
    const [first] = two[0]!.shown;
    const other = {
      ...first!,
      client: { name: 'fetch', version: '1.0.0' },
      connection: { ...first!.connection!, remote: { address: '::1', port: 443 } },
      response: { ...first!.response!, status: 403, header: [['Content-Encoding', 'br']] as const },
    };
    expect(comparisonNotes([two[0]!, worked('fetch', [other])]).slice(0, 3)).toEqual([
      'undici connected to 93.184.216.34, fetch connected to ::1.',
      'undici got status 200, fetch got status 403.',
      'undici got the body as it is, fetch got the body compressed (br).',
    ]);
  });

  it('says that all did the same', () => {
    const clients = ['undici', 'http2'].map((name) =>
      worked(name, [requestOf(name, '1.0.0', 'h2', { connect: 10, wait: 20 })]),
    );
    expect(comparisonNotes(clients)).toEqual([
      'Both spoke HTTP/2 and opened 1 connection.',
      'Both took about the same time. One request each tells little: -n 10 compares medians.',
    ]);
  });

  it('tells the fastest and the slowest, and where the difference is', () => {
    expect(note(fourClients, /fastest/)).toBe(
      'undici was fastest with 68.6 ms, http took 21.3 ms longer, most of it in tls. One request each tells little: -n 10 compares medians.',
    );
  });

  it('tells who failed, and compares the others', () => {
    expect(comparisonNotes(oneFailed)).toEqual(['http failed.']);
    const some = [{ ...two[0]!, failed: 1 }, ...fourClients.slice(1)];
    expect(comparisonNotes(some)[0]).toBe('1 of 2 requests of undici failed.');
    expect(comparisonNotes(some)[1]).toBe('fetch and http spoke HTTP/1.1, http2 spoke HTTP/2.');
  });
});
