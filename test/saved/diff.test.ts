import { describe, expect, it } from 'vitest';
import { textWidth } from '../../src/view/text.ts';
import { command } from '../cli/harness.ts';
import { each, simulate } from '../helpers/simulated-client.ts';
import { rich, roundTrip } from '../view/fixtures.ts';
import { file, traceText } from './harness.ts';

const before = file('before.jsonl', simulate(each(100, 60), { wait: (n) => 20 + (n % 7) }));
const slower = file('slower.jsonl', simulate(each(100, 60), { wait: (n) => 40 + (n % 7) }));

describe('httptrace diff BEFORE AFTER', () => {
  it('says what is more than noise, and how that was found', async () => {
    const { code, stdout, stderr } = await command(['diff', before, slower]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /\n {2}wait p50 ms +\d+\.\d+ +\d+\.\d+ +\+\d+ % {2}slower \(p99 26.00 → 46.00\)\n/,
    );
    expect(stdout).toMatch(/\n {2}receive p50 ms +1.20 +1.20 +0 % {2}not more than noise\n/);
    expect(stdout).toContain(
      '\nMore than noise: 3 worse, 0 better.\nA time counts as different when a rank test',
    );
  });

  it('says when nothing is', async () => {
    const { stdout } = await command(['diff', before, before]);
    expect(stdout).toContain('\nThe times, errors and reuse of connections differ by not more than noise.\n');
    expect(stdout).not.toContain('slower');
  });

  it('exits with 4 for something worse only when that is asked for', async () => {
    expect((await command(['diff', before, slower, '--fail-on-regression'])).code).toBe(4);
    expect((await command(['diff', slower, before, '--fail-on-regression'])).code).toBe(0);
    expect((await command(['diff', before, before, '--fail-on-regression'])).code).toBe(0);
  });

  it('tells which endpoints are new and gone', async () => {
    const other = simulate([...each(100, 60), ...each(100, 4, { path: '/users/7/orders' })], {
      idleTimeout: 60_000,
    });
    const { stdout } = await command(['diff', before, file('other.jsonl', other)]);
    expect(stdout).toMatch(/\n1 endpoint new\n {2}GET https:\/\/api\.example\.test\/users\/:id\/orders +4\n/);
  });

  it('says when there are too few requests', async () => {
    const { stdout } = await command(['diff', file('one.jsonl', [roundTrip()]), before]);
    expect(stdout).toContain('\nThere are too few requests to tell a difference from noise: an origin');
  });

  it('compares what passes the filters', async () => {
    const { stdout } = await command(['diff', before, slower, '--origin', 'nobody.test', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      type: 'diff',
      before: { requests: 0 },
      origins: [],
      tests: 0,
    });
  });

  it('reads one of the two from standard input', async () => {
    const { stdout } = await command(['diff', before, '-'], { stdin: traceText(simulate(each(100, 60))) });
    expect(stdout).toContain('after   standard input  60 requests, 1 new connection\n');
  });

  it.each([80, 200])('fits a terminal of %i columns, whatever the names', async (terminal) => {
    const evil = roundTrip({
      request: { ...rich.request, method: '\u001b[2J', url: `https://例え.test/${'ü'.repeat(300)}` },
    });
    const { stdout } = await command(['diff', before, file('evil.jsonl', [evil])], {
      terminal,
      env: { NO_COLOR: '1' },
    });
    expect(stdout).not.toContain('\u001b');
    for (const line of stdout.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(terminal);
  });

  it('is ASCII with LANG=C', async () => {
    expect((await command(['diff', before, slower], { env: { LANG: 'C' } })).stdout).toMatch(
      /^[\x20-\x7e\n]*$/,
    );
  });

  it.each<[string[], RegExp]>([
    [[], /0 files given: httptrace diff BEFORE AFTER compares two$/],
    [[before], /1 files? given/],
    [[before, before, before], /3 files given/],
    [['-', '-'], /standard input is one run: name a file for the other$/],
    [[before, `${before}.none`], /cannot read .*: no such file or folder$/],
    [[before, file('empty.jsonl', '')], /is empty$/],
    [[before, before, '--fail-on-regresion'], /did you mean --fail-on-regression\?$/],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await command(['diff', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.trimEnd()).toMatch(message);
  });
});
