import { existsSync, readFileSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { command } from '../cli/harness.ts';
import { each, simulate } from '../helpers/simulated-client.ts';
import { file, pathOf, traceText } from './harness.ts';

const lines = simulate(each(100, 30), { status: (n) => (n % 3 === 0 ? 500 : 200) });
const saved = file('run.jsonl', lines);

/** The lines that a report has in it. */
function traceIn(page: string): unknown[] {
  const [, blocks = ''] = /<script id="trace"[^>]*>([^<]*)<\/script>/.exec(page) ?? [];
  const json = blocks
    .trim()
    .split('\n')
    .map((block) => gunzipSync(Buffer.from(block, 'base64')).toString());
  return json
    .join('')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

describe('httptrace report FILE -o FILE', () => {
  it('makes a page with the whole trace in it, for the user alone', async () => {
    const out = pathOf('report.html');
    const { code, stdout, stderr } = await command(['report', saved, '-o', out]);
    expect([code, stdout, stderr]).toEqual([0, '', '']);
    expect(traceIn(readFileSync(out, 'utf8'))).toEqual(lines);
    expect(statSync(out).mode & 0o777).toBe(0o600);
  });

  it('reads standard input and writes standard output', async () => {
    const { code, stdout } = await command(['report', '-', '-o', '-'], { stdin: traceText(lines) });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^<!doctype html>/i);
    expect(traceIn(stdout)).toEqual(lines);
  });

  it('puts in what passes the filters', async () => {
    const { stdout } = await command(['report', saved, '-o', '-', '--only-errors']);
    expect(traceIn(stdout).filter((line) => (line as { type: string }).type === 'roundTrip')).toHaveLength(
      10,
    );
  });

  it('tells what had to be skipped', async () => {
    const cut = file('cut.jsonl', traceText(lines).slice(0, -50));
    const { code, stderr } = await command(['report', cut, '-o', pathOf('cut.html')]);
    expect(code).toBe(0);
    expect(stderr).toContain('the last line is cut off');
  });

  it.each<[string[], RegExp]>([
    [['-o', 'x.html'], /no file given: httptrace report FILE -o report\.html$/],
    [[saved], /no output given: write it to a file with -o report\.html, or to standard output with -o -$/],
    [[saved, saved, '-o', 'x.html'], /several files given: a report is made of one$/],
    [[saved, '-o', pathOf('no/such/folder.html')], /cannot write .*folder\.html: no such file or folder$/],
    [[pathOf('none.jsonl'), '-o', 'x.html'], /cannot read .*none\.jsonl: no such file or folder$/],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await command(['report', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.trimEnd()).toMatch(message);
  });

  it('writes nothing when the file is no trace file', async () => {
    const out = pathOf('nothing.html');
    const { code } = await command(['report', file('text.txt', 'hello\n'), '-o', out]);
    expect(code).toBe(2);
    expect(existsSync(out)).toBe(false);
  });
});
