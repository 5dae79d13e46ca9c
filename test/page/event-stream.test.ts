import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { EventStream } from '../../src/cli/page/event-stream.ts';
import { LineBuffer } from '../../src/cli/page/line-buffer.ts';

describe('LineBuffer', () => {
  it('numbers lines from 0 on and keeps the latest', () => {
    const buffer = new LineBuffer(10);
    for (const line of ['aaaa', 'bbbb', 'cccc']) buffer.push(line);
    expect([buffer.first, buffer.end]).toEqual([1, 3]);
    expect([buffer.at(0), buffer.at(1), buffer.at(2), buffer.at(3)]).toEqual([
      undefined,
      'bbbb',
      'cccc',
      undefined,
    ]);
  });

  it('keeps a line that is longer than it may be, until the next', () => {
    const buffer = new LineBuffer(10);
    buffer.push('a'.repeat(50));
    expect(buffer.at(0)).toHaveLength(50);
    buffer.push('b');
    expect([buffer.at(0), buffer.at(1)]).toEqual([undefined, 'b']);
  });

  it('still finds lines after many have gone', () => {
    const buffer = new LineBuffer(100);
    for (let i = 0; i < 20_000; i++) buffer.push(`line ${i}`);
    expect(buffer.at(19_999)).toBe('line 19999');
    expect(buffer.at(buffer.first)).toBe(`line ${buffer.first}`);
    expect(buffer.end - buffer.first).toBe(10);
  });
});

describe('EventStream', () => {
  it('waits for a reader that is slow and then tells it what it has missed', () => {
    const buffer = new LineBuffer(4000);
    const output = new PassThrough({ highWaterMark: 1000 });
    output.setEncoding('utf8');
    const stream = new EventStream(buffer, output, 0);
    for (let i = 0; i < 100; i++) {
      buffer.push(`${i} ${'x'.repeat(990)}`);
      stream.send();
    }
    expect(output.writableLength + output.readableLength).toBeLessThan(4000);
    let text = '';
    output.on('data', (chunk: string) => (text += chunk));
    stream.end();
    return new Promise<void>((resolve) => output.on('end', resolve)).then(() => {
      const [, lost = ''] = /event: lost\ndata: (\d+)/.exec(text) ?? [];
      const got = [...text.matchAll(/^data: (\d+) x/gm)].map(([, number]) => Number(number));
      expect(Number(lost) + got.length).toBe(100);
      expect(got.at(-1)).toBe(99);
      expect(text.endsWith('event: end\ndata:\n\n')).toBe(true);
    });
  });
});
