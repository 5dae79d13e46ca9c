import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { RoundTripRecord } from '../../src/record/types.ts';
import { certFile } from '../helpers/certs.ts';
import { CLOSED_PORT, command, hello, serve, serveHttp2, serveTlsHttp2 } from './harness.ts';

const ca = ['--cacert', certFile('ca.pem')];

/** What `--json` prints of one client. */
interface PrintedClient {
  readonly client: string;
  readonly exitCode: number;
  readonly records: readonly RoundTripRecord[];
}

describe('--compare', () => {
  it('sends the same request with each client, each over a connection of its own', async () => {
    const { url, seen, connections } = await serveTlsHttp2(hello);
    const { code, stdout, stderr } = await command(['--compare', ...ca, '-H', 'X-One: 1', `${url}/a`]);
    expect([code, stderr, connections()]).toEqual([0, '', 4]);
    expect(seen.map(({ url: path, headers }) => [path, headers['x-one']])).toEqual(
      Array.from({ length: 4 }, () => ['/a', '1']),
    );
    const lines = stdout.split('\n');
    expect(lines[0]).toBe(`GET ${url}/a`);
    for (const title of [/^undici v7/, /^fetch v\d/, /^node:https v\d/, /^node:http2 v\d/]) {
      expect(lines.filter((line) => title.test(line))).toHaveLength(1);
    }
    expect(stdout).toMatch(/^ms +undici +fetch +http +http2 +difference$/m);
    expect(stdout).toMatch(/^tls( +<?[\d.]+){5}/m);
    expect(stdout.match(/◀ largest$/gm)).toHaveLength(1);
    expect(stdout.replaceAll('\n', ' ')).toMatch(
      /undici(, fetch)? and http2 spoke HTTP\/2, (fetch and )?http spoke HTTP\/1\.1\./,
    );
  });

  it('takes the clients that it is given, in their order', async () => {
    const { url } = await serve(hello);
    for (const list of [['--compare', 'http,fetch'], ['--compare=http,fetch']]) {
      const { code, stdout } = await command([...list, url]);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^ms +http +fetch +difference$/m);
    }
  });

  it('takes a host for what it is', async () => {
    const { port } = await serve(hello);
    const { code, stderr } = await command(['--compare', `localhost:${port}`, '--client-x']);
    expect([code, stderr]).toEqual([2, 'httptrace: unknown option --client-x; did you mean --client?\n']);
    expect((await command(['--compare', '-4', `localhost:${port}`, '--http1.1'])).code).toBe(0);
  });

  it('draws one below the other in 80 columns and side by side in 200', async () => {
    const { url } = await serve(hello);
    const titles = async (terminal: number): Promise<number> => {
      const { stdout } = await command(['--compare', 'http,undici', '-s', url], { terminal });
      const lines = stripVTControlCharacters(stdout).split('\n');
      return lines.filter((line) => / v\d+\.\d+\.\d+/.test(line)).length;
    };
    expect([await titles(80), await titles(200)]).toEqual([2, 1]);
  });

  it('opens new connections for each repetition, and shows medians', async () => {
    const { url, seen, connections } = await serve(hello);
    const { stdout } = await command(['--compare', 'http,undici', '-n', '3', url]);
    expect([seen.length, connections()]).toEqual([6, 6]);
    expect(stdout).toContain('(3 times by each, the medians)');
    expect(stdout).not.toContain('-n 10');
  });

  it('follows redirects with each', async () => {
    const { url } = await serve((request, response) => {
      if (request.url === '/') response.writeHead(302, { Location: '/b' }).end();
      else response.end();
    });
    const { code, stdout } = await command(['--compare', 'http,undici', '-L', url]);
    expect(code).toBe(0);
    expect(stdout.match(new RegExp(`^2 {2}${url}/b$`, 'gm'))).toHaveLength(2);
  });

  it('shows the fields of each with -v', async () => {
    const { url } = await serve(hello);
    const { stdout } = await command(['--compare', 'http,fetch', '-v', url]);
    expect(stdout).toMatch(/^request {5}Host: /m);
    expect(stdout).toMatch(/^ {12}accept-encoding: /im);
  });

  it('goes on after a failure, says whose it was and exits with its code', async () => {
    const { url } = await serveHttp2(hello);
    const { code, stdout } = await command(['--compare', 'http,http2', url]);
    expect(code).toBe(56);
    expect(stdout).toMatch(/^✗ http: (wait|receive) failed: not HTTP/m);
    expect(stdout).toContain('\nhttp failed.\n');
    expect(stdout).toMatch(/^ms +http2$/m);
  });

  it('tells of all when all fail', async () => {
    const port = CLOSED_PORT;
    const { code, stdout } = await command(['--compare', 'http,undici', `127.0.0.1:${port}`]);
    expect(code).toBe(7);
    expect(stdout).toContain('✗ http: connect failed: connection refused (ECONNREFUSED)');
    expect(stdout).toContain('✗ undici: connect failed: connection refused (ECONNREFUSED)');
  });

  it('checks --slo for each client', async () => {
    const { url } = await serve(hello);
    const args = ['--compare', 'http,undici', '--slo', 'total<60s', '--slo', 'total<1us'];
    const { code, stdout } = await command([...args, url]);
    expect(code).toBe(4);
    for (const client of ['http', 'undici']) {
      expect(stdout).toMatch(new RegExp(`^slo kept {4}${client} {2}total<60s {2}\\([\\d.]+ ms\\)$`, 'm'));
      expect(stdout).toMatch(new RegExp(`^slo broken {2}${client} {2}total<1us {2}\\([\\d.]+ ms\\)$`, 'm'));
    }
  });

  it('prints one array with --json', async () => {
    const { url } = await serve(hello);
    const { code, stdout, stderr } = await command(['--compare', 'http,undici', '-n', '2', '--json', url]);
    expect([code, stderr]).toEqual([0, '']);
    const printed = JSON.parse(stdout) as PrintedClient[];
    expect(printed.map(({ client, exitCode, records }) => [client, exitCode, records.length])).toEqual([
      ['http', 0, 2],
      ['undici', 0, 2],
    ]);
    expect(printed[1]?.records[0]).toMatchObject({
      client: { name: 'undici' },
      connection: { reused: false },
    });
    expect(printed[1]?.records[0]?.events.length).toBeGreaterThan(5);
  });

  it('leaves out who cannot do what is asked for, and says so', async () => {
    const { url } = await serve(hello);
    const { code, stdout, stderr } = await command(['--compare', '--http1.1', '-X', 'GET', '-d', 'x', url]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ms +undici +http +difference$/m);
    expect(stderr).toBe(
      'httptrace: left out: fetch sends no body with GET\nhttptrace: left out: http2 speaks HTTP/2 only, which --http1.1 excludes\n',
    );
  });

  it('tries HTTP/2 without TLS only when told to', async () => {
    const { url } = await serve(hello);
    const { code, stdout, stderr } = await command(['--compare', url]);
    expect([code, stderr]).toEqual([
      0,
      'httptrace: left out: http2 needs a server that speaks HTTP/2 without TLS (with --http2 it is tried)\n',
    ]);
    expect(stdout).toMatch(/^ms +undici +fetch +http +difference$/m);
    const both = await serveHttp2(hello);
    expect((await command(['--compare', '--http2', both.url])).stdout).toMatch(/^ms +undici +http2/m);
  });

  it('draws who was through after Ctrl-C: exit code 130', async () => {
    let interrupt = (): void => {};
    let count = 0;
    const { url } = await serve((_request, response) => {
      if (++count === 2) interrupt();
      else response.end();
    });
    const { code, stdout } = await command(['--compare', 'http,undici,fetch', url], {
      onStart: (press) => {
        interrupt = press;
      },
    });
    expect([code, count]).toEqual([130, 2]);
    expect(stdout).toMatch(/^node:http v/m);
    expect(stdout).toContain('✗ undici: wait failed: interrupted');
    expect(stdout).not.toMatch(/^fetch v/m);
  });

  it('compares each URL by itself', async () => {
    const { url } = await serve(hello);
    const { stdout } = await command(['--compare', 'http,undici', `${url}/a`, `${url}/b`]);
    expect(stdout).toContain(`\n\nGET ${url}/b\n`);
    expect(stdout.match(/^ms +http +undici/gm)).toHaveLength(2);
  });
});
