import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { textWidth } from '../../src/view/text.ts';
import { command, type CommandOptions, type CommandResult } from '../cli/harness.ts';
import { each, simulate } from '../helpers/simulated-client.ts';
import { expired, redirects, refused, rich, roundTrip } from '../view/fixtures.ts';
import { file, pathOf, traceText } from './harness.ts';

const few = [roundTrip(), rich, refused, expired];
const saved = file('few.jsonl', few);
const bin = new URL('../../dist/cli/bin.js', import.meta.url).pathname;

function show(args: readonly string[], options?: CommandOptions): Promise<CommandResult> {
  return command(['show', ...args], options);
}

async function complaint(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await show(args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^httptrace: [^\n]+\n$/);
  return stderr.slice('httptrace: '.length, -1);
}

describe('httptrace show FILE', () => {
  it('draws a line for each request, the summary and the findings', async () => {
    const { code, stdout, stderr } = await show([saved]);
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.split('\n');
    expect(lines.slice(0, 4).map((line) => line.slice(0, 21))).toEqual([
      'GET     200    37.8 m',
      'GET     200     456 m',
      'GET     ✗      3.20 m',
      'GET     ✗      33.7 m',
    ]);
    expect(stdout).toContain('\n4 requests · 2 failed · ');
    expect(stdout).toContain('\nhttps://example.test\n');
    expect(stdout).toContain('\nslowest\n');
    expect(stdout).toContain("! The server's certificate has expired\n");
  });

  it('draws the same of standard input', async () => {
    const { stdout } = await show(['-'], { stdin: traceText(few) });
    expect(stdout).toBe((await show([saved])).stdout);
  });

  it('draws the full picture of one request, or of the call that it is of', async () => {
    const call = { id: 'call-1', attempt: 1, reason: 'first', known: true } as const;
    const chain = file(
      'chain.jsonl',
      redirects.map((record) => ({ ...record, call })),
    );
    const one = await show([chain, '4711-0-2']);
    expect(one.stdout).toContain('GET https://example.test/');
    expect(one.stdout).not.toContain('example.test/home');
    expect(one.stdout).not.toContain('findings');
    const whole = await show([chain, 'call-1']);
    expect(whole.stdout).toContain('1  GET http://example.test/hello');
    expect(whole.stdout).toContain('3  GET https://example.test/home');
    expect((await show([chain, '--waterfall'])).stdout).toContain('3  GET https://example.test/home');
  });

  it('shows header fields in pictures with -v', async () => {
    const { stdout } = await show([saved, few[0]!.id, '-v']);
    expect(stdout).toContain('Content-Type: text/html');
    expect(stdout).toContain('Authorization: [redacted]');
  });

  it('shows only what passes the filters, also in the summary', async () => {
    const { stdout } = await show([saved, '--only-errors']);
    expect(stdout).toContain('2 requests · 2 failed');
    expect((await show([saved, '--origin', 'localhost:81'])).stdout).toContain('1 request · 1 failed');
    expect((await show([saved, '--status', '2xx', '--min-duration', '100ms'])).stdout).toContain(
      '\n1 request · ',
    );
    const none = await show([saved, '--status', '418']);
    expect(none.stderr).toMatch(/^httptrace: none of 4 requests in .* matches\n$/);
    expect(none.code).toBe(0);
  });

  it('shows only the summary and the findings', async () => {
    const { stdout } = await show([saved, '--summary']);
    expect(stdout).toMatch(/^4 requests/);
  });

  it('shows where requests were made', async () => {
    const sites = file('sites.jsonl', [roundTrip({ callSite: ['load (/app/users.js:12:9)'] })]);
    expect((await show([sites, '--stack'])).stdout).toContain('\n        at load (/app/users.js:12:9)\n');
    expect((await show([sites])).stdout).not.toContain('users.js');
  });

  it('prints a trace file again, of what passes the filters and their connections', async () => {
    const lines = [
      { type: 'run', version: 1, httptrace: '0.2.0', command: ['node'], started: 1 } as const,
      ...simulate(each(9000, 3), { origin: 'https://a.test', pid: 1 }),
      ...simulate(each(9000, 3), { origin: 'https://b.test', pid: 2 }),
    ];
    const { stdout } = await show([file('two.jsonl', lines), '--json', '--origin', 'b.test']);
    const printed = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as (typeof lines)[number]);
    expect(printed.map(({ type }) => type)).toEqual(['run', ...lines.slice(7).map(({ type }) => type)]);
    const again = await show(['-', '--summary'], { stdin: stdout });
    expect(again.stdout).toMatch(/^3 requests/);
  });

  it('judges objectives', async () => {
    const run = file('run.jsonl', simulate(each(100, 50), { status: (n) => (n < 2 ? 500 : 200) }));
    const kept = await show([run, '--summary', '--slo', 'p95(wait)<200ms', '--slo', 'rate(errors)<=4%']);
    expect(kept.code).toBe(0);
    expect(kept.stdout).toMatch(
      /\nslo kept {4}p95\(wait\)<200ms {2}\(24.0 ms\)\nslo kept {4}rate\(errors\)<=4% {2}\(4 %\)\n$/,
    );
    const broken = await show([run, '--json', '--slo', 'mean(wait)<24ms', '--slo', 'max(proxy)<1s']);
    expect(broken.code).toBe(4);
    expect(broken.stderr).toBe(
      'httptrace: slo broken: mean(wait)<24ms  (24.0 ms)\nhttptrace: slo unseen: max(proxy)<1s  (no proxy)\n',
    );
  });

  it.each([80, 200])('fits a terminal of %i columns', async (terminal) => {
    const long = `https://${'very-long-name.'.repeat(20)}test/${'x'.repeat(300)}`;
    const lines = [
      ...few,
      roundTrip({ request: { ...rich.request, url: long } }),
      ...simulate(each(100, 20), { keepAlive: false, origin: 'https://例え.test' }),
    ];
    const { stdout } = await show([file('wide.jsonl', lines)], { terminal });
    for (const line of stdout.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(terminal);
  });

  it('colours for a terminal, not with NO_COLOR or --no-color, and is ASCII with LANG=C', async () => {
    expect((await show([saved], { terminal: 80 })).stdout).toContain('\u001b[');
    expect((await show([saved], { terminal: 80, env: { NO_COLOR: '1' } })).stdout).not.toContain('\u001b[');
    expect((await show([saved, '--no-color'], { terminal: 80 })).stdout).not.toContain('\u001b[');
    const wide = file('ascii.jsonl', [...few, ...simulate(each(100, 20), { keepAlive: false })]);
    expect((await show([wide], { env: { LANG: 'C' } })).stdout).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it('lets nothing in a record control the terminal', async () => {
    const evil = '\u001b]0;owned\u0007\u001b[2J\u202e\nHTTP';
    const record = roundTrip({
      id: `1-0-1${evil}`,
      request: { ...rich.request, method: evil, url: `https://host${evil}.test/${evil}` },
      outcome: 'error',
      error: { name: evil, message: evil, code: evil, phase: 'wait' },
      callSite: [evil],
    });
    const { stdout } = await show([file('evil.jsonl', [record, record, record, record]), '--stack', '-v']);
    // oxlint-disable-next-line no-control-regex -- what must not be there
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });

  it('says when it was stopped by whoever reads it', async () => {
    const lines = file('many.jsonl', simulate(each(10, 3000)));
    const child = spawn(process.execPath, [bin, 'show', lines]);
    child.stdout.once('data', () => child.stdout.destroy());
    const [stderr, [code]] = await Promise.all([
      text(child.stderr),
      once(child, 'exit') as Promise<[number]>,
    ]);
    expect([code, stderr]).toEqual([0, '']);
  });
});

describe('a file that cannot be used', () => {
  it.each<[string, () => string, string]>([
    ['is not there', () => pathOf('none.jsonl'), 'cannot read FILE: no such file or folder'],
    ['is a folder', () => pathOf('.'), 'cannot read FILE: it is a folder'],
    ['is empty', () => file('empty.jsonl', ''), 'FILE is empty'],
    [
      'is something else',
      () => file('text.txt', 'hello\nworld\n'),
      'FILE is no trace file: give one that httptrace run --save, httptrace/register or httptrace --json wrote',
    ],
    [
      'is compressed',
      () => file('a.jsonl.gz', gzipSync(traceText(few))),
      'FILE is compressed with gzip: unpack it first, as in gzip -dc FILE | httptrace show -',
    ],
  ])('%s', async (_what, make, message) => {
    const path = make();
    expect((await complaint(path)).replace(path, 'FILE')).toBe(message);
  });

  it('was not named, or has no such request', async () => {
    expect(await complaint()).toBe('no file given: httptrace show FILE, or - for standard input');
    expect(await complaint(saved, '9-9-9')).toMatch(
      /has no request 9-9-9: ids are shown by --json and in the summary$/,
    );
  });
});

describe('what had to be skipped', () => {
  it('is told after what could be read', async () => {
    const newer = JSON.stringify({ ...roundTrip(), version: 2 });
    const content = `${traceText(few)}{broken\n${newer}\n{"type":"weather"}\n${traceText(few).slice(0, 100)}`;
    const path = file('mixed.jsonl', content);
    const { code, stdout, stderr } = await show([path, '--summary']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^4 requests/);
    expect(stderr.replaceAll(path, 'FILE').split('\n')).toEqual([
      'httptrace: FILE: 1 line cannot be read and was skipped (the first is line 5)',
      'httptrace: FILE: 1 line of a newer version was skipped: update httptrace to see them',
      'httptrace: FILE: 1 line of an unknown type was skipped',
      'httptrace: FILE: the last line is cut off: its writer was stopped, or is still writing',
      '',
    ]);
  });
});

describe('a bad option', () => {
  it.each<[string[], string]>([
    [['--sumary'], 'unknown option --sumary; did you mean --summary?'],
    [['--bogus'], 'unknown option --bogus; see httptrace show --help'],
    [['--status', '40x'], 'bad status "40x" for --status: give 404, 5xx or 400-499'],
    [['--origin', ''], 'the value of --origin is empty'],
    [['--min-duration', '5'], 'bad time "5" for --min-duration: give 200ms or 1.5s'],
    [
      ['--slo', 'p95(wait)'],
      'bad rule "p95(wait)" for --slo: write it as "p95(wait)<200ms", "max(total)<2s" or "rate(errors)<1%"',
    ],
    [['--slo', 'p95(wiat)<2s'], 'unknown name "wiat" in rule "p95(wiat)<2s" for --slo: did you mean wait?'],
    [['--slo', 'men(wait)<2s'], 'unknown name "men" in rule "men(wait)<2s" for --slo: did you mean mean?'],
    [['--slo', 'p95(wait)<2'], 'no unit of time in rule "p95(wait)<2" for --slo: write 2ms or 2s'],
    [['--slo', 'rate(errors)<2s'], 'a rate is no time, in rule "rate(errors)<2s" for --slo: write 2%'],
    [['--slo', 'rate(wait)<2%'], 'unknown rate "wait" in rule "rate(wait)<2%" for --slo: write rate(errors)'],
  ])('%j', async (args, message) => {
    expect(await complaint(saved, ...args)).toBe(message);
  });
});

describe('help', () => {
  it.each(['show', 'diff', 'report'])('of %s names every option and exit code', async (name) => {
    const { code, stdout } = await command([name, '--help']);
    expect(code).toBe(0);
    await expect(stdout).toMatchFileSnapshot(`help-${name}.txt`);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});
