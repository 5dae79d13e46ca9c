import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { RequestLines } from '../../src/cli/program/request-lines.ts';
import { Voice } from '../../src/cli/program/voice.ts';
import { recordOf } from '../spool/fixtures.ts';

describe('RequestLines', () => {
  it('writes all lines that came together in one piece', () => {
    const stream = new PassThrough();
    const pieces: string[] = [];
    stream.on('data', (chunk: Buffer) => pieces.push(chunk.toString()));
    const lines = new RequestLines(new Voice(stream), () => ({ width: 80, colour: false, unicode: false }));
    lines.add(recordOf('1'));
    lines.add(recordOf('2', { callSite: ['load (app.js:1:2)'] }));
    lines.flush();
    lines.flush();
    expect(pieces).toHaveLength(1);
    expect(pieces[0]?.split('\n')).toEqual([
      expect.stringMatching(/^GET /),
      expect.stringMatching(/^GET /),
      expect.stringMatching(/^ +at load \(app\.js:1:2\)$/),
      '',
    ]);
  });

  it('leaves out what nobody can read, and says how much that was', () => {
    const stream = new PassThrough();
    const lines = new RequestLines(new Voice(stream), () => ({ width: 80, colour: false, unicode: false }));
    for (let i = 0; i < 3000; i++) lines.add(recordOf(String(i)));
    lines.end();
    const written = String(stream.read()).trimEnd().split('\n');
    const shown = written.filter((line) => line.startsWith('GET')).length;
    const omitted = written
      .map((line) => Number(/^\.\.\. (\d+) requests not shown$/.exec(line)?.[1] ?? 0))
      .reduce((sum, count) => sum + count, 0);
    // They may have come in two seconds.
    expect(shown).toBeLessThanOrEqual(1000);
    expect(shown + omitted).toBe(3000);
  });
});
