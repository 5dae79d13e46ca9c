import { describe, expect, it } from 'vitest';
import { drawLive } from '../../src/view/live.ts';
import { Pen } from '../../src/view/pen.ts';
import { textWidth } from '../../src/view/text.ts';
import { recordOf } from '../spool/fixtures.ts';

const pen = new Pen({ width: 80, colour: false, unicode: true });

function records(count: number): ReturnType<typeof recordOf>[] {
  return Array.from({ length: count }, (_, i) =>
    recordOf(String(i), {
      wallTime: 1000 + i * 10,
      duration: 10,
      request: { method: 'GET', url: `http://a.test/${i}`, httpVersion: '1.1', header: [] },
    }),
  );
}

describe('drawLive', () => {
  it('draws the latest requests that fit, each at its place on one time axis', () => {
    const lines = drawLive({ records: records(9), requests: 9, failed: 0 }, pen, 4);
    expect(lines).toHaveLength(4);
    expect(lines[0]).toContain('9 requests · the latest over 30.0 ms');
    expect(lines.slice(1).map((line) => /a\.test\/\d/.exec(line)?.[0])).toEqual([
      'a.test/6',
      'a.test/7',
      'a.test/8',
    ]);
    const starts = lines.slice(1).map((line) => line.indexOf('w'));
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    expect(new Set(starts).size).toBe(3);
  });

  it('fills up with empty lines, so that what stood there goes', () => {
    expect(drawLive({ records: records(1), requests: 1, failed: 0 }, pen, 5).slice(2)).toEqual(['', '', '']);
    expect(drawLive({ records: [], requests: 0, failed: 0 }, pen, 3)).toHaveLength(3);
  });

  it('says what failed', () => {
    const failed = recordOf('1', {
      outcome: 'error',
      error: { name: 'Error', message: 'connect ECONNREFUSED', code: 'ECONNREFUSED', phase: 'connect' },
    });
    const wide = new Pen({ width: 160, colour: false, unicode: true });
    const [head, line] = drawLive({ records: [failed], requests: 1, failed: 1 }, wide, 2);
    expect(head).toContain('1 request · 1 failed');
    expect(line).toMatch(/^GET {4}✗ {3}a\.test\/ {2}\S+/);
  });

  it('never takes more columns than there are, and lets nothing of the network control the terminal', () => {
    const hostile = recordOf('1', {
      request: {
        method: 'G\u001b[2JET',
        url: `http://a.test/${'ü'.repeat(300)}\u001b[31m`,
        httpVersion: '1.1',
        header: [],
      },
      wallTime: Number.NaN,
      duration: 1e12,
    });
    for (const width of [40, 61, 80, 200]) {
      const narrow = new Pen({ width, colour: false, unicode: true });
      const lines = drawLive({ records: [hostile, ...records(3)], requests: 4, failed: 0 }, narrow, 6);
      for (const line of lines) {
        expect(textWidth(line)).toBeLessThanOrEqual(width);
        expect(line).not.toContain('\u001b');
      }
    }
  });
});
