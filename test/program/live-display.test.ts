import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { canShowLive, LiveDisplay } from '../../src/cli/program/live-display.ts';
import { Voice } from '../../src/cli/program/voice.ts';
import { recordOf } from '../spool/fixtures.ts';

interface Terminal {
  readonly stream: Writable & { isTTY: boolean; columns: number; rows: number };
  /** What was written since the last time. */
  written(): string;
}

function terminal(columns: number, rows: number): Terminal {
  let text = '';
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  const stream = Object.assign(sink, { isTTY: true, columns, rows });
  function written(): string {
    const all = text;
    text = '';
    return all;
  }
  return { stream, written };
}

function displayOn({ stream }: Terminal): LiveDisplay {
  return new LiveDisplay(new Voice(stream), () => ({ width: stream.columns, colour: false, unicode: false }));
}

describe('LiveDisplay', () => {
  it('is for terminals that have room for it', () => {
    expect(canShowLive(terminal(80, 24).stream, { TERM: 'xterm' })).toBe(true);
    expect(canShowLive(terminal(80, 24).stream, {})).toBe(true);
    expect(canShowLive(terminal(80, 8).stream, {})).toBe(false);
    expect(canShowLive(new PassThrough(), {})).toBe(false);
  });

  it('is not for terminals that cannot move their cursor', () => {
    expect(canShowLive(terminal(80, 24).stream, { TERM: 'dumb' })).toBe(false);
  });

  it('leaves the terminal alone until there is something to show', () => {
    const screen = terminal(80, 24);
    const display = displayOn(screen);
    display.flush();
    display.end();
    expect(screen.written()).toBe('');
  });

  it("keeps the command's output to the lines above, and puts the cursor back where it was", () => {
    const screen = terminal(80, 24);
    const display = displayOn(screen);
    display.add(recordOf('1'));
    display.flush();
    const written = screen.written();
    // A third of 24 lines are ours.
    expect(written).toContain('\u001b[1;16r');
    expect(written).toContain('\u001b[17;1H');
    expect(written).toContain('a.test/');
    expect(written.split('\u001b7').length).toBe(written.split('\u001b8').length);
    display.end();
    expect(screen.written()).toBe('\u001b7\u001b[r\u001b[17;1H\u001b[J\u001b8');
  });

  it('draws no more than ten times a second', () => {
    const screen = terminal(80, 24);
    const display = displayOn(screen);
    display.add(recordOf('1'));
    display.flush();
    screen.written();
    display.add(recordOf('2'));
    display.flush();
    expect(screen.written()).toBe('');
  });

  it('takes its place anew when the terminal gets another size', () => {
    const screen = terminal(80, 24);
    const display = displayOn(screen);
    display.add(recordOf('1'));
    display.flush();
    screen.written();
    screen.stream.rows = 30;
    screen.stream.emit('resize');
    expect(screen.written()).toContain('\u001b[1;20r');
    display.end();
    expect(screen.stream.listenerCount('resize')).toBe(0);
  });
});
