import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderWith, linesOf, requestsIn, run, startRun } from './programs.ts';
import { startServer } from './server.ts';

const FETCH = `await (await fetch(process.argv[2])).text();`;
const GET = `require('node:http').get(process.argv[2], (response) => response.resume());`;
const NODE = process.execPath;

describe('httptrace run', { timeout: 60_000 }, () => {
  it('leaves input, output and exit code of the command alone, and shows its requests on standard error', async () => {
    const { url } = await startServer();
    const code = `${FETCH} process.stdin.pipe(process.stdout).on('unpipe', () => process.exit(7));`;
    const folder = folderWith({ 'app.mjs': code });
    const ended = await run(['--', 'sh', '-c', `echo typed | "${NODE}" app.mjs ${url}/a/b`], { cwd: folder });
    expect(ended).toMatchObject({ code: 7, stdout: 'typed\n' });
    expect(ended.stderr).toMatch(/^GET {5}200 .* new #1 .*127\.0\.0\.1:\d+\/a\/b$/m);
  });

  it('shows requests that were open when the command ended, and counts them', async () => {
    const { url } = await startServer();
    const code = `fetch(process.argv[2] + '/slow').catch(() => {}); ${FETCH} process.exit(5);`;
    const folder = folderWith({ 'app.mjs': code });
    const words = ['--save', 'all.jsonl', NODE, 'app.mjs', url];
    const { code: exitCode, stderr } = await run(words, { cwd: folder });
    expect(exitCode).toBe(5);
    expect(stderr).toMatch(/^GET +\.\.\. .*\/slow +not finished$/m);
    expect(stderr).toMatch(/^2 requests · 1 not finished · /m);
    expect(requestsIn(join(folder, 'all.jsonl')).map(({ outcome }) => outcome)).toEqual(['ok', 'incomplete']);
  });

  it('passes standard input on', async () => {
    const { child, ended } = startRun(['--', 'cat']);
    child.stdin?.end('typed');
    expect(await ended).toMatchObject({ code: 0, stdout: 'typed' });
  });

  it('takes the first word that is no option for the command, and leaves its options to it', async () => {
    expect(await run(['--quiet', 'echo', '--save', '-q', '--'])).toEqual({
      code: 0,
      signal: null,
      stdout: '--save -q --\n',
      stderr: '',
    });
  });

  it('traces ES modules, CommonJS, children, worker threads, cluster workers and npm scripts', async () => {
    const { url } = await startServer();
    const folder = folderWith({
      'package.json': '{ "scripts": { "start": "node main.mjs" } }',
      'main.mjs': `
        import { fork, spawnSync } from 'node:child_process';
        import cluster from 'node:cluster';
        import { once } from 'node:events';
        import { Worker } from 'node:worker_threads';
        await (await fetch('${url}/esm')).text();
        spawnSync(process.execPath, ['get.cjs', '${url}/spawned']);
        await once(fork('get.cjs', ['${url}/forked']), 'exit');
        await once(new Worker('./get.cjs', { argv: ['${url}/thread'] }), 'exit');
        await once(new Worker('./exit.mjs', { argv: ['${url}/thread-exit'] }), 'exit');
        cluster.setupPrimary({ exec: 'get.cjs', args: ['${url}/cluster'] });
        const worker = cluster.fork();
        worker.once('online', () => worker.disconnect());
        await once(worker, 'exit');
      `,
      'get.cjs': GET,
      'exit.mjs': `${FETCH} process.exit();`,
    });
    const ended = await run(['--save', 'all.jsonl', '--', 'npm', 'start'], { cwd: folder });
    expect(ended).toMatchObject({ code: 0 });
    const paths = requestsIn(join(folder, 'all.jsonl')).map(({ request }) => new URL(request.url).pathname);
    expect(paths.toSorted()).toEqual(
      ['/esm', '/spawned', '/forked', '/thread', '/thread-exit', '/cluster'].toSorted(),
    );
  });

  it('keeps what NODE_OPTIONS held, and works from a folder with spaces', async () => {
    const { url } = await startServer();
    const folder = folderWith({
      'my app.mjs': `${FETCH} console.log(globalThis.before, process.title);`,
      'a b.cjs': 'globalThis.before = 1;',
    });
    const env = { NODE_OPTIONS: '--require "./a b.cjs" --title=mine' };
    const ended = await run(['--', NODE, 'my app.mjs', url], { cwd: folder, env });
    expect(ended).toMatchObject({ code: 0, stdout: '1 mine\n' });
    expect(ended.stderr).toContain('200');
  });

  it('records so many requests a second as --rate says, and counts the others', async () => {
    const { url } = await startServer();
    const code = `for (let i = 0; i < 40; i++) await (await fetch(process.argv[2])).text();`;
    const folder = folderWith({ 'app.mjs': code });
    const words = ['--rate', '2', '--save', 'all.jsonl', '--', NODE, 'app.mjs', url];
    const ended = await run(words, { cwd: folder });
    const saved = join(folder, 'all.jsonl');
    const recorded = requestsIn(saved).length;
    const counted = linesOf(saved).reduce(
      (sum, line) => (line.type === 'lost' && line.reason === 'rate' ? sum + line.records : sum),
      0,
    );
    expect(recorded).toBeGreaterThanOrEqual(2);
    expect(counted).toBeGreaterThan(0);
    expect(recorded + counted).toBe(40);
    expect(ended.stderr).toContain(`${counted} more requests not recorded: too many in a second (--rate)`);
    expect(await run(['--rate', '0', 'true'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"0"; give a number of requests a second, or all') as string,
    });
  });

  it('saves what was run, all records, and how it ended', async () => {
    const { url } = await startServer();
    const folder = folderWith({ 'app.mjs': `${FETCH} process.exitCode = 3;` });
    const words = ['--quiet', '--save', 'my run.jsonl', '--', NODE, 'app.mjs', url];
    expect(await run(words, { cwd: folder })).toMatchObject({ code: 3, stderr: '' });
    expect(linesOf(join(folder, 'my run.jsonl'))).toMatchObject([
      { type: 'run', version: 1, command: [NODE, 'app.mjs', url], cwd: folder },
      { type: 'roundTrip', request: { url: `${url}/` } },
      { type: 'connection' },
      { type: 'end', version: 1, exitCode: 3, signal: null },
    ]);
    expect(statSync(join(folder, 'my run.jsonl')).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['when another file cannot be written', ['--report', 'no/page.html', 'true'], 2],
    ['when the command is not found', ['no-such-command'], 127],
  ])('leaves the file of an earlier run as it is %s', async (_, words, code) => {
    const folder = folderWith({ 'all.jsonl': 'earlier', 'page.html': 'earlier' });
    const outputs = words.includes('--report') ? [] : ['--report', 'page.html'];
    const ended = await run(['--save', 'all.jsonl', ...outputs, ...words], { cwd: folder });
    expect(ended.code).toBe(code);
    expect(readFileSync(join(folder, 'all.jsonl'), 'utf8')).toBe('earlier');
    expect(readFileSync(join(folder, 'page.html'), 'utf8')).toBe('earlier');
  });

  it('leaves nothing of what an earlier run has written to the same files', async () => {
    const { url } = await startServer();
    const earlier = 'of the run before\n'.repeat(100_000);
    const folder = folderWith({ 'app.mjs': FETCH, 'all.jsonl': earlier, 'page.html': earlier });
    const words = ['-q', '--save', 'all.jsonl', '--report', 'page.html', NODE, 'app.mjs', url];
    expect(await run(words, { cwd: folder })).toMatchObject({ code: 0 });
    expect(requestsIn(join(folder, 'all.jsonl'))).toHaveLength(1);
    expect(readFileSync(join(folder, 'page.html'), 'utf8')).not.toContain('of the run before');
  });

  it('does not write two things to one file', async () => {
    const folder = folderWith();
    const ended = await run(['--save', 'all', '--report', './all', 'true'], { cwd: folder });
    expect(ended).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--save and --report name the same file') as string,
    });
  });

  it('writes a page with all requests', async () => {
    const { url } = await startServer();
    const folder = folderWith({ 'app.mjs': FETCH });
    const ended = await run(['--quiet', '--report', 'page.html', NODE, 'app.mjs', url], { cwd: folder });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(join(folder, 'page.html'), 'utf8')).toMatch(
      /^<!doctype html>[^]*data-source="report"/i,
    );
  });

  it('shows only what the filters let through, and saves all', async () => {
    const { url } = await startServer();
    const code = `for (const path of ['/', '/missing']) await (await fetch(process.argv[2] + path)).text();`;
    const folder = folderWith({ 'app.mjs': code });
    const words = ['--only-errors', '--save', 'all.jsonl', NODE, 'app.mjs', url];
    const { stderr } = await run(words, { cwd: folder });
    expect(stderr.match(/^GET .*/gm)).toEqual([expect.stringMatching(/ 404 .*\/missing/)]);
    expect(stderr).toMatch(/^1 request /m);
    expect(requestsIn(join(folder, 'all.jsonl'))).toHaveLength(2);
  });

  it("traces under Node's permission model when that lets it read and write", async () => {
    const { url } = await startServer();
    const folder = folderWith({ 'app.mjs': FETCH });
    const flags = process.allowedNodeEnvironmentFlags;
    const permission = flags.has('--permission') ? '--permission' : '--experimental-permission';
    const more = flags.has('--allow-net') ? ['--allow-net'] : [];
    const node = [NODE, permission, '--allow-fs-read=*', '--allow-fs-write=*', ...more];
    const ended = await run(['-q', '--save', 'all.jsonl', ...node, 'app.mjs', url], { cwd: folder });
    expect(ended.code).toBe(0);
    expect(requestsIn(join(folder, 'all.jsonl'))).toHaveLength(1);
  });

  it('sums up at the end', async () => {
    const { url } = await startServer();
    const code = `for (let i = 0; i < 5; i++) await (await fetch(process.argv[2])).text();`;
    const folder = folderWith({ 'app.mjs': code });
    const { stderr } = await run([NODE, 'app.mjs', url], { cwd: folder });
    expect(stderr).toMatch(/^5 requests /m);
    expect(stderr).toContain(url);
    expect(stderr).toMatch(/^ +total +5 /m);
  });

  it('serves the page of --ui while the command runs', async () => {
    const { url } = await startServer();
    const folder = folderWith({ 'app.mjs': `${FETCH} process.stdin.once('data', () => process.exit());` });
    const { child, ended, told } = startRun(['--ui', NODE, 'app.mjs', url], { cwd: folder });
    const [, address = ''] = await told(/^httptrace: requests are shown at (http:\S+)$/m);
    const page = await fetch(address);
    expect(await page.text()).toContain('data-source="live"');
    child.stdin?.end('\n');
    expect(await ended).toMatchObject({ code: 0 });
  });

  it('shows where each request was made', async () => {
    const { url } = await startServer();
    const folder = folderWith({ 'app.mjs': `async function load() { ${FETCH} }\nawait load();` });
    const { stderr } = await run(['--stack', NODE, 'app.mjs', url], { cwd: folder });
    expect(stderr).toMatch(/^ +at load .*app\.mjs:1:/m);
  });

  it.each([
    ['p95(total)<1us', 4, 'broken'],
    ['total<60s', 0, 'kept'],
    ['tls<1ms', 0, 'unseen'],
  ])('--slo %s ends with %i', async (rule, code, verdict) => {
    const { url } = await startServer();
    const folder = folderWith({ 'app.mjs': FETCH });
    const ended = await run(['--slo', rule, NODE, 'app.mjs', url], { cwd: folder });
    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain(`slo ${verdict}`);
  });

  it("lets the command's own failure go before a broken rule", async () => {
    const { url } = await startServer();
    const folder = folderWith({ 'app.mjs': `${FETCH} process.exitCode = 9;` });
    const ended = await run(['--slo', 'total<1us', NODE, 'app.mjs', url], { cwd: folder });
    expect(ended).toMatchObject({ code: 9 });
  });

  it('traces two hundred short processes, and loses nothing', { timeout: 120_000 }, async () => {
    const { url, requests } = await startServer();
    const code = `
      const { spawn } = require('node:child_process');
      let left = 200;
      function next() {
        if (left-- > 0) spawn(process.execPath, ['get.cjs', process.argv[2]]).on('exit', next);
      }
      for (let i = 0; i < 10; i++) next();
    `;
    const folder = folderWith({ 'many.cjs': code, 'get.cjs': GET });
    const words = ['--save', 'all.jsonl', '-q', NODE, 'many.cjs', url];
    expect(await run(words, { cwd: folder })).toMatchObject({ code: 0, stderr: '' });
    expect(requests()).toBe(200);
    expect(requestsIn(join(folder, 'all.jsonl'))).toHaveLength(200);
  });

  it('removes its folder, whatever becomes of the command', async () => {
    const folder = folderWith({ 'app.mjs': 'process.exit(1)' });
    const tmp = folderWith();
    for (const command of [[NODE, join(folder, 'app.mjs')], ['none'], ['sh', '-c', 'kill -TERM $$']]) {
      await run(['--', ...command], { env: { TMPDIR: tmp } });
      expect(readdirSync(tmp)).toEqual([]);
    }
  });
});

describe('what httptrace run says', { timeout: 60_000 }, () => {
  it.each([
    [['none'], 127, 'command not found: none'],
    [['./app.mjs'], 126, 'cannot run ./app.mjs: it is not executable: write httptrace run -- node ./app.mjs'],
    [['--quite', 'x'], 2, 'unknown option --quite; did you mean --quiet?'],
    [['--save'], 2, 'option --save needs a value: FILE'],
    [['--live=1', 'x'], 2, 'option --live takes no value'],
    [[], 2, 'no command given: write httptrace run -- node app.js'],
    [['--'], 2, 'no command given: write httptrace run -- node app.js'],
    [['--status', 'x', 'y'], 2, 'bad status "x" for --status: give 404, 5xx or 400-499'],
    [['--min-duration', 'x', 'y'], 2, 'bad time "x" for --min-duration: give 200ms or 1.5s'],
    [['--save', 'none/x', 'touch', 'started'], 2, 'cannot write none/x for --save: no such file or folder'],
    [['--report', '.', 'touch', 'started'], 2, 'cannot write . for --report: it is a folder'],
  ])('to %j', async (words, code, message) => {
    const folder = folderWith({ 'app.mjs': '' });
    const ended = await run(words, { cwd: folder });
    expect(ended).toEqual({ code, signal: null, stdout: '', stderr: `httptrace: ${message}\n` });
    expect(readdirSync(folder)).toEqual(['app.mjs']);
  });

  it('when no Node process ran', async () => {
    const { code, stderr } = await run(['true']);
    expect(code).toBe(0);
    expect(stderr).toContain('httptrace: no Node process was traced');
  });

  it('when a Node was too old', async () => {
    const version = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.1.0' } });
      Object.defineProperty(process, 'version', { value: 'v18.1.0' });`;
    const folder = folderWith({ 'version.cjs': version, 'app.cjs': '' });
    const wrapper = `NODE_OPTIONS="--require ./version.cjs $NODE_OPTIONS" "${NODE}" app.cjs`;
    const { code, stderr } = await run(['sh', '-c', wrapper], { cwd: folder });
    expect(code).toBe(0);
    expect(stderr).toContain('1 process of Node v18.1.0 not traced');
  });

  it('when nothing can be written to the folder for temporary files: once, and the command runs', async () => {
    const { url } = await startServer();
    const folder = folderWith({ 'app.mjs': `${FETCH} console.log('done');` });
    const env = { TMPDIR: join(folder, 'none') };
    const ended = await run([NODE, 'app.mjs', url], { cwd: folder, env });
    expect(ended).toMatchObject({ code: 0, stdout: 'done\n' });
    expect(ended.stderr).toBe(
      `httptrace: nothing is traced: cannot write to ${join(folder, 'none')}: no such file or folder\n`,
    );
  });

  it('how to use it', async () => {
    const { code, stdout } = await run(['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: httptrace run [options] [--] COMMAND [ARGUMENT...]');
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});
