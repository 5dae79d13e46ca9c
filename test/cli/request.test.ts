import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { command, hello, serve, serveRaw } from './harness.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'httptrace-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe('one request', () => {
  it('is drawn on standard output: status, client, connection, phases, total', async () => {
    const { url, address } = await serve(hello);
    const { code, stdout, stderr } = await command([`${url}/path?a=b`]);
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.split('\n');
    expect(lines[0]).toBe(`GET ${url}/path?a=b`);
    expect(lines[1]).toMatch(/^HTTP\/1\.1 200 OK +undici v\d+\.\d+\.\d+$/);
    expect(stdout).toContain(`new #1 · ${address} · HTTP/1.1 · kept open\n`);
    for (const phase of ['connect', 'send', 'wait', 'total']) {
      expect(stdout).toMatch(new RegExp(`^${phase} .* \\d+\\.\\d+ ms$`, 'm'));
    }
    expect(stdout).not.toMatch(/^dns /m);
    expect(stdout).toContain('6 B body');
  });

  it('goes to a URL without scheme by http, with the usual fields', async () => {
    const { address, seen } = await serve(hello);
    await command([address]);
    expect(seen[0]?.rawHeaders).toEqual([
      'host',
      address,
      'connection',
      'keep-alive',
      'User-Agent',
      expect.stringMatching(/^httptrace\/\d/),
      'Accept',
      '*/*',
    ]);
    expect([seen[0]?.method, seen[0]?.url, seen[0]?.body]).toEqual(['GET', '/', '']);
  });

  it('is sent to each of several URLs, pictures set apart by an empty line', async () => {
    const { url, seen } = await serve(hello);
    const { stdout } = await command([`${url}/a`, `${url}/b`]);
    expect(seen.map((one) => one.url)).toEqual(['/a', '/b']);
    expect(stdout).toContain(`\n\nGET ${url}/b\n`);
    expect(stdout).toContain('reused #1 · 2nd request');
  });

  it('does not exit with an error because of its status', async () => {
    const { url } = await serve((_request, response) => response.writeHead(404).end());
    const { code, stdout } = await command([url]);
    expect(code).toBe(0);
    expect(stdout).toContain('HTTP/1.1 404 Not Found');
  });

  it('exits with 22 because of its status with -f', async () => {
    const { url } = await serve((_request, response) => response.writeHead(404).end());
    const { code, stdout } = await command(['-f', url]);
    expect(code).toBe(22);
    expect(stdout).toContain('HTTP/1.1 404 Not Found');
  });

  it('shows a 1xx response where it came, and Server-Timing', async () => {
    const { url } = await serve((_request, response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' }, () => {
        setImmediate(() =>
          response.writeHead(200, { 'Server-Timing': 'db;dur=53.2;desc="query", cache' }).end(),
        );
      });
    });
    const { stdout } = await command([url]);
    expect(stdout).toMatch(/^wait .*◆.* ms$/m);
    expect(stdout).toMatch(/^1xx +◆ 103 Early Hints at \d+\.\d+ ms {2}link: <\/style\.css>; rel=preload$/im);
    expect(stdout).toContain('server      db 53.2 ms (query) · cache\n');
  });

  it('is shown up to the hand-over when the server switches protocols', async () => {
    const port = await serveRaw((socket) => {
      socket.once('data', () =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
      );
    });
    const { code, stdout } = await command([
      '--client',
      'http',
      '-H',
      'Connection: Upgrade',
      '-H',
      'Upgrade: x',
      `127.0.0.1:${port}`,
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('HTTP/1.1 101 Switching Protocols');
  });

  it('waits with its body for 100 Continue when it says so', async () => {
    const server = http.createServer();
    const order: string[] = [];
    server.on('checkContinue', (request: http.IncomingMessage, response: http.ServerResponse) => {
      order.push('asked');
      request.once('data', (chunk: Buffer) => order.push(chunk.toString()));
      request.once('end', () => response.end());
      response.writeContinue();
    });
    const port = await new Promise<number>((resolve, reject) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        if (address === null || typeof address === 'string') reject(new Error('no port'));
        else resolve(address.port);
      });
    });
    onTestFinished(() => server.close() && undefined);
    const args = ['--client', 'http', '-d', 'body', '-H', 'Expect: 100-continue'];
    const { code, stdout } = await command([...args, `127.0.0.1:${port}`]);
    expect([code, order]).toEqual([0, ['asked', 'body']]);
    expect(stdout).toContain('100 Continue at');
  });
});

describe('request options', () => {
  it('-X, -H and -d make method, header and body', async () => {
    const { url, seen } = await serve(hello);
    await command([
      '-X',
      'put',
      '-H',
      'X-One: 1',
      '-H',
      'x-one:  2',
      '-H',
      'X-Empty;',
      '-d',
      'a=1',
      '-d',
      'b=ü',
      url,
    ]);
    expect(seen[0]).toMatchObject({
      method: 'PUT',
      body: Buffer.from('a=1&b=ü').toString('latin1'),
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '8' },
    });
    expect(seen[0]?.rawHeaders.join('|')).toContain('X-One|1|x-one|2|X-Empty||');
  });

  it('-H leaves out or replaces what would be sent', async () => {
    const { url, seen } = await serve(hello);
    await command([
      '-H',
      'accept:',
      '-H',
      'user-agent: me',
      '-H',
      'Content-Type: text/plain',
      '-H',
      'Host: h.test',
      '-d',
      'x',
      url,
    ]);
    expect(seen[0]?.headers).toMatchObject({
      'user-agent': 'me',
      'content-type': 'text/plain',
      host: 'h.test',
    });
    expect(seen[0]?.headers).not.toHaveProperty('accept');
  });

  it('-H @FILE reads fields from a file', async () => {
    const { url, seen } = await serve(hello);
    const file = join(temporaryFolder(), 'fields');
    writeFileSync(file, 'X-One: 1\r\nX-Two: 2\n');
    await command(['-H', `@${file}`, url]);
    expect(seen[0]?.headers).toMatchObject({ 'x-one': '1', 'x-two': '2' });
  });

  it('-d reads a file without its line ends, --data-binary byte by byte, --data-raw not at all', async () => {
    const { url, seen } = await serve(hello);
    const file = join(temporaryFolder(), 'body');
    writeFileSync(file, 'a\r\nb\n\u0000');
    await command(['-d', `@${file}`, url]);
    await command(['--data-binary', `@${file}`, url]);
    await command(['--data-raw', `@${file}`, url]);
    expect(seen.map((one) => one.body)).toEqual(['ab\u0000', 'a\r\nb\n\u0000', `@${file}`]);
    expect(seen.map((one) => one.method)).toEqual(['POST', 'POST', 'POST']);
  });

  it('--data-binary @- reads standard input', async () => {
    const { url, seen } = await serve(hello);
    await command(['--data-binary', '@-', url], { stdin: 'from\nstdin' });
    expect(seen[0]?.body).toBe('from\nstdin');
  });

  it('an empty -d posts an empty body', async () => {
    const { url, seen } = await serve(hello);
    await command(['-d', '', url]);
    expect(seen[0]).toMatchObject({ method: 'POST', headers: { 'content-length': '0' } });
  });

  it('-I asks for the head', async () => {
    const { url, seen } = await serve(hello);
    const { stdout } = await command(['-I', url]);
    expect(seen[0]?.method).toBe('HEAD');
    expect(stdout).toContain(`HEAD ${url}/`);
  });

  it('-A and -e name client and referer', async () => {
    const { url, seen } = await serve(hello);
    await command(['-A', 'me/1', '-e', 'http://from.test/', url]);
    expect(seen[0]?.headers).toMatchObject({ 'user-agent': 'me/1', referer: 'http://from.test/' });
  });

  it('-u and the userinfo of the URL log in, and are not shown', async () => {
    const { address, seen } = await serve(hello);
    const first = await command(['-v', '-u', 'me:pässword', `http://${address}/`]);
    const second = await command(['-v', `http://me:p%C3%A4ssword@${address}/`]);
    const expected = `Basic ${Buffer.from('me:pässword').toString('base64')}`;
    expect(seen.map((one) => one.headers.authorization)).toEqual([expected, expected]);
    for (const { stdout } of [first, second]) {
      expect(stdout).toContain('Authorization: [redacted]');
      expect(stdout).not.toMatch(/p(ä|%C3%A4)ssword/);
      expect(stdout).not.toContain(expected.slice(6));
    }
  });

  it('--resolve replaces DNS for a host and port', async () => {
    const { port, seen } = await serve(hello);
    const { code, stdout } = await command([
      '--resolve',
      `example.test:${port}:127.0.0.1`,
      `example.test:${port}/`,
    ]);
    expect(code).toBe(0);
    expect(seen[0]?.headers.host).toBe(`example.test:${port}`);
    expect(stdout).toContain(`127.0.0.1:${port}`);
  });

  it('--resolve tries several addresses and shows each', async () => {
    const { port } = await serve(hello);
    const { code, stdout } = await command([
      '--resolve',
      `*:${port}:127.0.0.2,127.0.0.1`,
      `example.test:${port}`,
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`^addresses {3}✗ 127\\.0\\.0\\.2:${port} {2}ECONNREFUSED after .* ms$`, 'm'),
    );
    expect(stdout).toMatch(new RegExp(`^ {12}✓ 127\\.0\\.0\\.1:${port} {2}connected after .* ms$`, 'm'));
  });

  it('-4 and -6 leave out addresses of the other family', async () => {
    const { port, seen } = await serve(hello);
    const args = ['--resolve', `example.test:${port}:::1,127.0.0.1`, `example.test:${port}`];
    expect((await command(['-4', ...args])).code).toBe(0);
    expect((await command(['-6', ...args])).code).toBe(7);
    expect(seen).toHaveLength(1);
  });

  it('--unix-socket connects to a path', async () => {
    const path = join(temporaryFolder(), 'socket');
    const hosts: (string | undefined)[] = [];
    const server = http.createServer((request, response) => {
      hosts.push(request.headers.host);
      response.end();
    });
    await new Promise<void>((resolve) => {
      server.listen(path, resolve);
    });
    onTestFinished(() => server.close() && undefined);
    const { code, stdout } = await command(['--unix-socket', path, 'http://localhost/x']);
    expect([code, hosts]).toEqual([0, ['localhost']]);
    expect(stdout).toContain(path);
  });

  it('-v shows the fields of request and response', async () => {
    const { url } = await serve((_request, response) => response.setHeader('X-Answer', 'yes').end());
    const { stdout } = await command(['-v', '-H', 'X-Question: is it', url]);
    expect(stdout).toMatch(/^request {5}host: /m);
    expect(stdout).toContain('X-Question: is it\n');
    expect(stdout).toContain('X-Answer: yes\n');
  });
});

describe('-o', () => {
  it('writes the body to a file', async () => {
    const { url } = await serve(hello);
    const file = join(temporaryFolder(), 'body');
    const { code, stdout } = await command(['-o', file, url]);
    expect([code, readFileSync(file, 'utf8')]).toEqual([0, 'hello\n']);
    expect(stdout).toContain('200 OK');
  });

  it('writes one body for each URL', async () => {
    const { url } = await serve((request, response) => response.end(request.url));
    const folder = temporaryFolder();
    await command(['-o', join(folder, 'a'), '-o', join(folder, 'b'), `${url}/a`, `${url}/b`, `${url}/c`]);
    expect([readFileSync(join(folder, 'a'), 'utf8'), readFileSync(join(folder, 'b'), 'utf8')]).toEqual([
      '/a',
      '/b',
    ]);
  });

  it('- writes the body to standard output and the picture to standard error', async () => {
    const { url } = await serve((_request, response) => response.end('raw \u001b[31m'));
    const { code, stdout, stderr } = await command(['-o', '-', url]);
    expect([code, stdout]).toEqual([0, 'raw \u001b[31m']);
    expect(stderr).toContain('HTTP/1.1 200 OK');
  });

  it('- gives a terminal nothing that controls it', async () => {
    const { url } = await serve((_request, response) => response.end('a\tb\r\n\u001b[31mré\u202Ed\n'));
    const { stdout } = await command(['-o', '-', '--no-color', url], { terminal: 80 });
    expect(stdout).toBe('a\tb \n[31mréd\n');
  });

  it('drops the body of an error with -f', async () => {
    const { url } = await serve((_request, response) => response.writeHead(500).end('sorry'));
    const { code, stdout } = await command(['-f', '-o', '-', url]);
    expect([code, stdout]).toEqual([22, '']);
  });

  it('tells when the file cannot be written after all', async () => {
    const { url } = await serve(hello);
    const { code, stdout } = await command(['-o', '/dev/full', url]);
    expect(code).toBe(23);
    expect(stdout).toContain('✗ cannot write /dev/full: no space left\n');
  });
});
