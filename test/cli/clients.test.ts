import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import * as http from 'node:http';
import * as http2 from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CLIENTS, type ClientName } from '../../src/cli/clients.ts';
import type { RoundTripRecord } from '../../src/record/types.ts';
import { certFile, certs } from '../helpers/certs.ts';
import {
  CLOSED_PORT,
  command as run,
  hello,
  serve as serveHttp1,
  serveHttp2,
  serveRaw,
  serveTls,
  serveTlsHttp2,
  type Answer,
  type CommandOptions,
  type CommandResult,
  type TestServer,
} from './harness.ts';

/** What all clients must do alike; `http2` gets servers that speak HTTP/2 without TLS too. */
describe.each(CLIENTS)('--client %s', (client: ClientName) => {
  const command = (args: readonly string[], options?: CommandOptions): Promise<CommandResult> =>
    run(['--client', client, ...args], options);
  const serve = (answer: Answer): Promise<TestServer> =>
    client === 'http2' ? serveHttp2(answer) : serveHttp1(answer);
  const ca = ['--cacert', certFile('ca.pem')];
  const title = { undici: 'undici', fetch: 'fetch', http: 'node:http', http2: 'node:http2' }[client];

  it('draws a request, with its name and version', async () => {
    const { url } = await serve(hello);
    const { code, stdout, stderr } = await command([url]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(new RegExp(`^HTTP/(1.1 200 OK|2 200) +${title} v\\d+\\.\\d+\\.\\d+$`, 'm'));
    expect(stdout).toMatch(/^connection {2}new #1 · /m);
    for (const phase of ['connect', 'wait', 'total']) {
      expect(stdout).toMatch(new RegExp(`^${phase} .* \\d+\\.\\d+ ms$`, 'm'));
    }
  });

  it('sends method, fields, login and body', async () => {
    const { url, seen } = await serve(hello);
    const args = ['-X', 'PUT', '-H', 'X-One: ü', '-H', 'X-Empty;', '-u', 'me:pw', '-d', 'a=1', '-d', 'b=ü'];
    expect((await command([...args, url])).code).toBe(0);
    expect(seen[0]).toMatchObject({ method: 'PUT', body: Buffer.from('a=1&b=ü').toString('latin1') });
    expect(seen[0]?.headers).toMatchObject({
      'x-one': Buffer.from('ü').toString('latin1'),
      'x-empty': '',
      authorization: 'Basic bWU6cHc=',
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': '8',
      'user-agent': expect.stringMatching(/^httptrace\//) as string,
    });
  });

  it('sends an empty body', async () => {
    const { url, seen } = await serve(hello);
    await command(['-d', '', url]);
    expect(seen[0]).toMatchObject({ method: 'POST', headers: { 'content-length': '0' } });
  });

  it('asks for a head', async () => {
    const { url, seen } = await serve(hello);
    const { code, stdout } = await command(['-I', url]);
    expect([code, seen[0]?.method]).toEqual([0, 'HEAD']);
    expect(stdout).toContain(`HEAD ${url}/`);
  });

  it('follows redirects, over the connection that it has', async () => {
    const { url, seen, connections } = await serve((request, response) => {
      if (request.url === '/') response.writeHead(302, { Location: '/ü?a' }).end('moved');
      else response.end('arrived');
    });
    const { code, stdout, stderr } = await command(['-L', '-o', '-', '-d', 'x', url]);
    expect([code, stdout, connections()]).toEqual([0, 'arrived', 1]);
    expect(seen.map(({ method, url: path }) => [method, path])).toEqual([
      ['POST', '/'],
      ['GET', '/%C3%BC?a'],
    ]);
    expect(stderr).toContain('reused #1');
    expect(stderr.match(/^total /gm)).toHaveLength(1);
  });

  it('writes the body, decompressed when asked to', async () => {
    const { url } = await serve((_request, response) => {
      response.setHeader('Content-Encoding', 'gzip');
      response.end(gzipSync('hello '.repeat(1000)));
    });
    const folder = mkdtempSync(join(tmpdir(), 'httptrace-clients-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const { code } = await command(['--compressed', '-o', join(folder, 'body'), url]);
    expect([code, readFileSync(join(folder, 'body'), 'utf8')]).toEqual([0, 'hello '.repeat(1000)]);
  });

  it('takes an address for a name, and leaves out those of the other family', async () => {
    const { port, seen } = await serve(hello);
    const resolve = ['--resolve', `example.test:${port}:::1,127.0.0.1`];
    const { code, stdout } = await command(['-4', ...resolve, `example.test:${port}`]);
    expect([code, seen[0]?.url]).toEqual([0, '/']);
    expect(stdout).toContain(`127.0.0.1:${port}`);
    expect((await command(['-6', ...resolve, `example.test:${port}`])).code).toBe(7);
  });

  it('connects to a unix socket', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'httptrace-clients-'));
    const path = join(folder, 'socket');
    const server = client === 'http2' ? http2.createServer() : http.createServer();
    server.on('request', (_request: unknown, response: http.ServerResponse) => response.end());
    await new Promise<void>((resolve) => {
      server.listen(path, resolve);
    });
    onTestFinished(() => {
      server.close();
      rmSync(folder, { recursive: true });
    });
    const { code, stdout } = await command(['--unix-socket', path, 'http://localhost/x']);
    expect(code).toBe(0);
    expect(stdout).toContain(path);
  });

  it('repeats over one connection, or over one each', async () => {
    const { url, connections } = await serve(hello);
    const { stdout } = await command(['-n', '3', url]);
    expect(connections()).toBe(1);
    expect(stdout).toContain('3 requests · 1 new connection · 2 reused\n');
    await command(['-n', '3', '--no-keep-alive', url]);
    expect(connections()).toBe(4);
  });

  it('authenticates the server, and itself', async () => {
    const { url } = await serveTlsHttp2(hello, certs().good, {
      requestCert: true,
      rejectUnauthorized: true,
      ca: certs().ca,
    });
    const cert = ['--cert', certFile('client.pem'), '--key', certFile('client.key')];
    expect((await command([...ca, ...cert, url])).code).toBe(0);
    expect((await command([...cert, url])).code).toBe(60);
    expect((await command(['-k', ...cert, url])).code).toBe(0);
    expect((await command([...ca, url])).code).not.toBe(0);
  });

  it('sends the name of the URL as SNI', async () => {
    const names: string[] = [];
    const { port } = await serveTlsHttp2(hello, certs().good, {
      SNICallback: (name, callback) => {
        names.push(name);
        callback(null);
      },
    });
    const resolve = ['--resolve', `www.example.test:${port}:127.0.0.1`];
    const host = client === 'fetch' ? [] : ['-H', 'Host: other.test'];
    const { code } = await command([...ca, ...resolve, ...host, `https://www.example.test:${port}`]);
    expect([code, names]).toEqual([0, ['www.example.test']]);
  });

  it('exits with 7 when nobody listens', async () => {
    const { code, stdout } = await command([`127.0.0.1:${CLOSED_PORT}`]);
    expect(code).toBe(7);
    expect(stdout).toContain('✗ connect failed: connection refused (ECONNREFUSED)\n');
  });

  it('exits with 6 when there is no such name', async () => {
    const { code, stdout } = await command(['-6', '--resolve', 'a.test:80:127.0.0.1', 'a.test']);
    expect(code).toBe(6);
    expect(stdout).toContain('✗ dns failed: name not found (ENOTFOUND)\n');
  });

  it('exits with 60 for a certificate that cannot be trusted', async () => {
    const { url } = await serveTlsHttp2(hello, certs().expired);
    const { code, stdout } = await command([...ca, url]);
    expect(code).toBe(60);
    expect(stdout).toContain('✗ tls failed: certificate expired (CERT_HAS_EXPIRED)\n');
  });

  it('exits with 35 when there is no TLS', async () => {
    const { address } = await serve(hello);
    const { code, stdout } = await command([`https://${address}`]);
    expect(code).toBe(35);
    expect(stdout).toContain('✗ tls failed: no TLS there');
  });

  it('exits with 56 when the answer is not HTTP', async () => {
    const port = await serveRaw((socket) => socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.2\r\n')));
    const { code, stdout } = await command([`127.0.0.1:${port}`]);
    expect(code).toBe(56);
    expect(stdout).toMatch(/^✗ (wait|receive) failed: not HTTP/m);
  });

  it('exits with 56 when the connection is closed without an answer', async () => {
    const port = await serveRaw((socket) => socket.once('data', () => socket.end()));
    const { code, stdout } = await command([`127.0.0.1:${port}`]);
    expect(code).toBe(56);
    expect(stdout).toContain('✗ wait failed: closed without an answer');
  });

  it('exits with 28 when --connect-timeout is over, and not because of a slow answer', async () => {
    const silent = await serveRaw(() => {});
    const { code, stdout } = await command(['--connect-timeout', '0.2', `https://127.0.0.1:${silent}`]);
    expect(code).toBe(28);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('The limit was --connect-timeout 0.2.');
    const { url } = await serve((_request, response) => {
      setTimeout(() => response.end(), 600);
    });
    expect((await command(['--connect-timeout', '0.5', '-n', '2', url])).code).toBe(0);
  });

  it('exits with 28 when -m is over, drawn up to then', async () => {
    const { url } = await serve((_request, response) => void response.write('hello'));
    const { code, stdout } = await command(['-m', '0.4', url]);
    expect(code).toBe(28);
    expect(stdout).toContain('✗ receive failed: timed out\n');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('The limit was --max-time 0.4.');
  });

  it('exits with 130 after Ctrl-C, drawn up to then', async () => {
    let interrupt = (): void => {};
    const { url } = await serve(() => interrupt());
    const { code, stdout } = await command([url], {
      onStart: (press) => {
        interrupt = press;
      },
    });
    expect(code).toBe(130);
    expect(stdout).toContain('✗ wait failed: interrupted\n');
  });

  it('prints records with its name', async () => {
    const { url } = await serve(hello);
    const { stdout } = await command(['--json', url]);
    const { client: by, outcome, response } = JSON.parse(stdout) as RoundTripRecord;
    expect([by.name, outcome, response?.status]).toEqual([client, 'ok', 200]);
  });
});

describe('HTTP/2', () => {
  const ca = ['--cacert', certFile('ca.pem')];

  it('is spoken by undici where the server has it, unless --http1.1 excludes it', async () => {
    const { url } = await serveTlsHttp2(hello);
    const both = await run([...ca, '-n', '2', url]);
    expect(both.stdout).toMatch(/^HTTP\/2 200 +undici v/m);
    expect(both.stdout).toContain('· HTTP/2 · 1st stream · kept open\n');
    expect(both.stdout).toMatch(/^tls .* · ALPN h2$/m);
    const one = await run([...ca, '--http1.1', url]);
    expect(one.stdout).toMatch(/^HTTP\/1\.1 200 OK +undici v/m);
    expect(one.stdout).toMatch(/^tls .* · ALPN http\/1\.1$/m);
  });

  it('counts the streams of a connection', async () => {
    const { url } = await serveTlsHttp2(hello);
    const { stdout } = await run([...ca, url, url]);
    expect(stdout).toMatch(/reused #1 · idle [^·]+ · 127[^·]+ · HTTP\/2 · 2nd stream$/m);
  });

  it('is spoken to an http URL with --http2', async () => {
    const { url } = await serveHttp2(hello);
    for (const client of ['undici', 'http2']) {
      const { code, stdout } = await run(['--client', client, '--http2', url]);
      expect([client, code]).toEqual([client, 0]);
      expect(stdout).toContain('HTTP/2 200');
    }
  });

  it('fails clearly with --http2 where the server does not speak it', async () => {
    const plain = await serveHttp1(hello);
    const secure = await serveTls(hello);
    for (const client of ['undici', 'http2']) {
      const first = await run(['--client', client, '--http2', plain.url]);
      expect([client, first.code]).toEqual([client, 56]);
      expect(first.stdout).toContain('✗ wait failed: not HTTP/2 (ERR_HTTP2_ERROR)\n');
      const second = await run(['--client', client, '--http2', ...ca, secure.url]);
      expect([client, second.code]).toEqual([client, 35]);
      expect(second.stdout).toContain('✗ tls failed: no HTTP/2 there');
    }
  });
});
