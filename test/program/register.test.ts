import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderWith, linesOf, PRELOAD, REGISTER, requestsIn, start, type Ended } from './programs.ts';
import { startServer } from './server.ts';

const FETCH = `await (await fetch(process.argv[2])).text();`;
const GET = `require('node:http').get(process.argv[2], (response) => response.resume());`;

async function node(args: readonly string[], cwd: string, env: Record<string, string> = {}): Promise<Ended> {
  return start([process.execPath, ...args], { cwd, env }).ended;
}

describe('httptrace/register', { timeout: 60_000 }, () => {
  it.each([
    ['an ES module', 'app.mjs', FETCH],
    ['a CommonJS module', 'app.cjs', GET],
  ])('writes the requests of %s to httptrace.jsonl, which only its user may read', async (_, name, code) => {
    const { url } = await startServer();
    const folder = folderWith({ [name]: code });
    expect(await node(['--import', REGISTER, name, url], folder)).toMatchObject({ code: 0, stderr: '' });
    const file = join(folder, 'httptrace.jsonl');
    expect(requestsIn(file)).toMatchObject([{ request: { url: `${url}/` }, response: { status: 200 } }]);
    expect(linesOf(file).map(({ type }) => type)).toEqual(['roundTrip', 'connection']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('writes to HTTPTRACE_FILE, wherever the program goes, behind what is there', async () => {
    const { url } = await startServer();
    const folder = folderWith({ 'app.mjs': `process.chdir('/'); ${FETCH}`, 'my traces/t.jsonl': '' });
    const env = { HTTPTRACE_FILE: 'my traces/t.jsonl', NODE_OPTIONS: `--import ${REGISTER}` };
    for (let i = 0; i < 2; i++) await node(['app.mjs', url], folder, env);
    expect(requestsIn(join(folder, 'my traces/t.jsonl'))).toHaveLength(2);
  });

  it('writes what a program did that calls process.exit() with requests open', async () => {
    const { url } = await startServer();
    const code = `fetch(process.argv[2] + '/slow').catch(() => {}); ${FETCH} process.exit(3);`;
    const folder = folderWith({ 'app.mjs': code });
    expect(await node(['--import', REGISTER, 'app.mjs', url], folder)).toMatchObject({ code: 3 });
    const outcomes = requestsIn(join(folder, 'httptrace.jsonl')).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['ok', 'incomplete']);
  });

  it('writes what a program did that throws', async () => {
    const { url } = await startServer();
    const folder = folderWith({ 'app.mjs': `${FETCH} throw new Error('boom');` });
    expect(await node(['--import', REGISTER, 'app.mjs', url], folder)).toMatchObject({ code: 1 });
    expect(requestsIn(join(folder, 'httptrace.jsonl'))).toHaveLength(1);
  });

  it('says where each request was made when HTTPTRACE_STACK asks for it, without frames of its own', async () => {
    const { url } = await startServer();
    const folder = folderWith({ 'app.mjs': `async function load() { ${FETCH} }\nawait load();` });
    await node(['--import', REGISTER, 'app.mjs', url], folder, { HTTPTRACE_STACK: '1' });
    const [request] = requestsIn(join(folder, 'httptrace.jsonl'));
    expect(request?.callSite?.[0]).toMatch(/^load .*app\.mjs:1:/);
    expect(request?.callSite?.join()).not.toContain('tracing.cjs');
  });

  it('does nothing when HTTPTRACE is off', async () => {
    const { url } = await startServer();
    const folder = folderWith({ 'app.mjs': FETCH });
    for (const HTTPTRACE of ['0', 'off', 'false'])
      await node(['--import', REGISTER, 'app.mjs', url], folder, { HTTPTRACE });
    expect(existsSync(join(folder, 'httptrace.jsonl'))).toBe(false);
  });

  it('does not harm a program whose trace cannot be written', async () => {
    const { url } = await startServer();
    const folder = folderWith({ 'app.mjs': `${FETCH} console.log('done');` });
    const env = { HTTPTRACE_FILE: 'none/t.jsonl' };
    const ended = await node(['--import', REGISTER, 'app.mjs', url], folder, env);
    expect(ended).toEqual({ code: 0, signal: null, stdout: 'done\n', stderr: '' });
  });

  it('leaves a file as it is that has HTTPTRACE_FILE_LIMIT megabytes', async () => {
    const { url } = await startServer();
    const folder = folderWith({ 'app.mjs': FETCH, 'httptrace.jsonl': 'x'.repeat(2000) });
    await node(['--import', REGISTER, 'app.mjs', url], folder, { HTTPTRACE_FILE_LIMIT: '0.001' });
    expect(readFileSync(join(folder, 'httptrace.jsonl'), 'utf8')).toBe('x'.repeat(2000));
  });

  it('traces once when it is asked for twice', async () => {
    const { url } = await startServer();
    const folder = folderWith({ 'app.mjs': FETCH });
    await node(['--require', PRELOAD, '--import', REGISTER, 'app.mjs', url], folder);
    expect(requestsIn(join(folder, 'httptrace.jsonl'))).toHaveLength(1);
  });

  it('works beside a program that uses httptrace itself', async () => {
    const { url } = await startServer();
    const library = new URL('index.js', REGISTER).href;
    const code = `import { record } from ${JSON.stringify(library)};
      const { records } = await record(() => fetch(process.argv[2]).then((response) => response.text()));
      console.log(records.length);`;
    const folder = folderWith({ 'app.mjs': code });
    expect(await node(['--import', REGISTER, 'app.mjs', url], folder)).toMatchObject({ stdout: '1\n' });
    expect(requestsIn(join(folder, 'httptrace.jsonl'))).toHaveLength(1);
  });

  it('writes while the program mocks fs, the timers and JSON, and none of them sees it', async () => {
    const { url } = await startServer();
    const code = `
      import fs, { existsSync } from 'node:fs';
      import http from 'node:http';
      import { syncBuiltinESMExports } from 'node:module';
      let calls = 0;
      const count = () => { calls++; };
      for (const name of ['openSync', 'writeSync', 'closeSync', 'fstatSync']) fs[name] = count;
      syncBuiltinESMExports();
      const wait = globalThis.setTimeout;
      globalThis.setTimeout = count;
      JSON.stringify = count;
      http.get(process.argv[2], (response) => response.resume());
      while (!existsSync('httptrace.jsonl')) await new Promise((resolve) => wait(resolve, 5));
      process.stdout.write(String(calls));
    `;
    const folder = folderWith({ 'app.mjs': code });
    expect(await node(['--import', REGISTER, 'app.mjs', url], folder)).toMatchObject({ stdout: '0' });
    expect(requestsIn(join(folder, 'httptrace.jsonl'))).toHaveLength(1);
  });

  it('has no descriptor open that the program could close or inherit', async () => {
    const { url } = await startServer();
    const code = `
      import fs from 'node:fs';
      ${FETCH}
      await new Promise((resolve) => setTimeout(resolve, 50));
      const links = fs.readdirSync('/proc/self/fd').map((fd) => {
        try { return fs.readlinkSync('/proc/self/fd/' + fd); } catch { return ''; }
      });
      console.log(links.filter((link) => link.includes('httptrace.jsonl')).length);
    `;
    const folder = folderWith({ 'app.mjs': code });
    expect(await node(['--import', REGISTER, 'app.mjs', url], folder)).toMatchObject({ stdout: '0\n' });
  });

  it('changes nothing that a program can see of its timers, its listeners and its end', async () => {
    const { url } = await startServer();
    const code = `
      process.on('warning', (warning) => console.log('warned', warning.name));
      for (let i = 0; i < 9; i++) process.on('exit', () => {});
      await (await fetch(process.argv[2], { headers: { connection: 'close' } })).text();
      await new Promise((resolve) => setTimeout(resolve, 50));
      console.log(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length, process.exitCode);
    `;
    const folder = folderWith({ 'app.mjs': code });
    expect(await node(['--import', REGISTER, 'app.mjs', url], folder)).toMatchObject({
      stdout: '0 undefined\n',
      code: 0,
    });
  });
});

describe('the preload', { timeout: 60_000 }, () => {
  /** Makes the process say that it is of another version. */
  function pretend(version: string): string {
    return `const versions = { ...process.versions, node: ${JSON.stringify(version)} };
      Object.defineProperty(process, 'versions', { value: versions });`;
  }

  it.each(['16.20.2', '18.20.8', '20.18.3', '21.7.3', '22.11.0'])(
    'steps aside on Node %s',
    async (version) => {
      const { url } = await startServer();
      const folder = folderWith({ 'version.cjs': pretend(version), 'app.cjs': GET });
      const ended = await node(['-r', './version.cjs', '-r', PRELOAD, 'app.cjs', url], folder);
      expect(ended).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
      expect(existsSync(join(folder, 'httptrace.jsonl'))).toBe(false);
    },
  );

  it.each(['20.19.0', '22.12.0', '23.0.0', '24.0.0', '30.0.0'])('traces on Node %s', async (version) => {
    const { url } = await startServer();
    const folder = folderWith({ 'version.cjs': pretend(version), 'app.cjs': GET });
    await node(['-r', './version.cjs', '-r', PRELOAD, 'app.cjs', url], folder);
    expect(requestsIn(join(folder, 'httptrace.jsonl'))).toHaveLength(1);
  });

  it('has no syntax that an old Node cannot parse', () => {
    const code = readFileSync(PRELOAD, 'utf8');
    // Node 4 has const, and neither of these.
    expect(code.replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, '')).not.toMatch(
      /=>|`|\?\.|\?\?|\.\.\.|\basync\b|\bclass\b|catch\s*\{|\blet\b|\bimport\b|\*\*/,
    );
  });

  it('does nothing when what it loads is not there', async () => {
    const { url } = await startServer();
    const folder = folderWith({ 'preload.cjs': readFileSync(PRELOAD, 'utf8'), 'app.cjs': GET });
    const ended = await node(['-r', './preload.cjs', 'app.cjs', url], folder);
    expect(ended).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
  });
});
