import type * as http from 'node:http';
import * as net from 'node:net';
import { describe, expect, it } from 'vitest';
import { certFile } from '../helpers/certs.ts';
import { proxyServer } from '../helpers/proxy-server.ts';
import { command, hello, serve, serveRaw, serveTls, serveTlsHttp2, type TestServer } from './harness.ts';

interface TestProxy {
  readonly port: number;
  readonly heads: readonly string[];
}

/** A proxy for CONNECT: answers with `status`, and opens the tunnel when that is 200. */
async function connectProxy(status = '200 Connection established'): Promise<TestProxy> {
  const heads: string[] = [];
  const port = await serveRaw((socket) => {
    socket.once('data', (chunk: Buffer) => {
      const head = chunk.toString('latin1');
      heads.push(head);
      socket.write(`HTTP/1.1 ${status}\r\n\r\n`);
      if (!status.startsWith('200')) return;
      const [, host = '', target = ''] = /^CONNECT ([^:]+):(\d+) /.exec(head) ?? [];
      const upstream = net.connect(Number(target), host === 'example.test' ? '127.0.0.1' : host);
      socket.pipe(upstream).pipe(socket);
      upstream.on('error', () => socket.destroy());
    });
  });
  return { port, heads };
}

/** A proxy for http: tells what it was asked for. */
function plainProxy(): Promise<TestServer> {
  return serve((_request: http.IncomingMessage, response) => response.end('from the proxy'));
}

describe('an http URL through a proxy', () => {
  it('is asked for by its whole URL', async () => {
    const proxy = await plainProxy();
    const { code, stdout } = await command(['-x', proxy.address, '-o', '-', 'http://example.test:81/a?b#c']);
    expect([code, stdout]).toEqual([0, 'from the proxy']);
    expect(proxy.seen[0]).toMatchObject({
      url: 'http://example.test:81/a?b',
      headers: { host: 'example.test:81' },
    });
    expect(proxy.seen[0]?.headers).not.toHaveProperty('proxy-authorization');
  });

  it('logs in to the proxy, without showing it', async () => {
    const proxy = await plainProxy();
    const { stdout } = await command(['-v', '-x', `http://me:pw@${proxy.address}`, 'http://example.test/']);
    expect(proxy.seen[0]?.headers['proxy-authorization']).toBe('Basic bWU6cHc=');
    expect(stdout).toContain('Proxy-Authorization: [redacted]');
  });

  it('finds the proxy in the environment', async () => {
    const proxy = await plainProxy();
    const env = { http_proxy: proxy.url };
    expect((await command(['http://example.test/'], { env })).code).toBe(0);
    expect(proxy.seen).toHaveLength(1);
  });
});

describe('an https URL through a proxy', () => {
  it('goes through a tunnel, whose opening is a phase', async () => {
    const { port } = await serveTls(hello);
    const proxy = await connectProxy();
    const args = ['--cacert', certFile('ca.pem'), '-x', `127.0.0.1:${proxy.port}`, '-U', 'me:pw'];
    const { code, stdout } = await command([...args, '-o', '-', `https://example.test:${port}/`]).then(
      (result) => ({
        ...result,
        stdout: result.stderr,
      }),
    );
    expect(code).toBe(0);
    expect(proxy.heads).toEqual([
      `CONNECT example.test:${port} HTTP/1.1\r\nHost: example.test:${port}\r\nProxy-Authorization: Basic bWU6cHc=\r\n\r\n`,
    ]);
    expect(stdout).toContain('200 OK');
    expect(stdout).toMatch(/^connect .* ms$/m);
    expect(stdout).toMatch(/^tls .* ms$/m);
  });

  it('is asked for once and reuses the tunnel', async () => {
    const { port } = await serveTls(hello);
    const proxy = await connectProxy();
    const { code } = await command([
      '-k',
      '-n',
      '3',
      '-x',
      `127.0.0.1:${proxy.port}`,
      `https://example.test:${port}/`,
    ]);
    expect([code, proxy.heads.length]).toEqual([0, 1]);
  });

  it('fails with what the proxy says: exit code 56', async () => {
    const proxy = await connectProxy('407 Proxy Authentication Required');
    const { code, stdout } = await command(['-x', `127.0.0.1:${proxy.port}`, 'https://example.test/']);
    expect(code).toBe(56);
    expect(stdout).toContain('refused by the proxy');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'wants a login: it answered 407 Proxy Authentication Required.',
    );
  });

  it('fails when the proxy closes the connection: exit code 56', async () => {
    const port = await serveRaw((socket) => socket.once('data', () => socket.end()));
    const { code, stdout } = await command(['-x', `127.0.0.1:${port}`, 'https://example.test/']);
    expect(code).toBe(56);
    expect(stdout).toContain('The proxy closed the connection instead of answering CONNECT.');
  });

  it('fails when it is no proxy: exit code 56', async () => {
    const port = await serveRaw((socket) => socket.write('220 mail.test ESMTP\r\n\r\n'));
    const { code, stdout } = await command(['-x', `127.0.0.1:${port}`, 'https://example.test/']);
    expect(code).toBe(56);
    expect(stdout).toContain('is no HTTP proxy');
  });

  it('gives up waiting for the proxy after --connect-timeout', async () => {
    const port = await serveRaw(() => {});
    const args = ['--connect-timeout', '0.1', '-x', `127.0.0.1:${port}`];
    expect((await command([...args, 'https://example.test/'])).code).toBe(28);
  });
});

describe('an https proxy', () => {
  const ca = ['--cacert', certFile('ca.pem')];

  it('is reached by TLS, for http and for https URLs, by each client that can use one', async () => {
    const proxy = await proxyServer({ tls: true });
    const plain = await serve(hello);
    const secure = await serveTls(hello);
    for (const client of ['undici', 'http']) {
      for (const url of [plain.url, secure.url]) {
        const { code, stdout } = await command([...ca, '--client', client, '-x', proxy.origin, url]);
        expect([client, url, code]).toEqual([client, url, 0]);
        expect(stdout).toContain(`via proxy 127.0.0.1:${proxy.port}`);
        expect(stdout).toMatch(/^proxy .* ms$/m);
      }
    }
  });

  it('must be trusted as servers must, by its own option', async () => {
    const proxy = await proxyServer({ tls: true });
    const { url } = await serveTls(hello);
    for (const client of ['undici', 'http']) {
      const args = ['--client', client, '-k', '-x', proxy.origin];
      expect((await command([...args, url])).code).toBe(60);
      expect((await command([...args, '--proxy-insecure', url])).code).toBe(0);
    }
  });

  it('tunnels HTTP/2', async () => {
    const proxy = await proxyServer({ tls: true });
    const { url } = await serveTlsHttp2(hello);
    for (const version of [[], ['--http2']]) {
      const { code, stdout } = await command([...ca, ...version, '-x', proxy.origin, url]);
      expect(code).toBe(0);
      expect(stdout).toContain('HTTP/2 200');
    }
  });
});
