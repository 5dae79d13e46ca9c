import { describe, expect, it } from 'vitest';
import { certFile, certs } from '../helpers/certs.ts';
import { CLOSED_PORT, command, hello, serve, serveRaw, serveTls, type CommandResult } from './harness.ts';

/** Explanations are wrapped to the width. */
function unwrapped({ stdout }: CommandResult): string {
  return stdout.replaceAll(/\s+/g, ' ');
}

/** The row of the phase that failed. */
function failedPhase({ stdout }: CommandResult): string | undefined {
  return /^✗ (\w+) .* ms$/m.exec(stdout)?.[1];
}

describe('a connection that fails', () => {
  it('refused: exit code 7, and who refused it', async () => {
    const port = CLOSED_PORT;
    const result = await command([`127.0.0.1:${port}`]);
    expect([result.code, failedPhase(result)]).toEqual([7, 'connect']);
    expect(result.stdout).toContain('✗ connect failed: connection refused (ECONNREFUSED)\n');
    expect(result.stdout).toContain(`Nothing listens at 127.0.0.1:${port}`);
    expect(result.stdout).toMatch(/^no response +undici v/m);
  });

  it('all of several addresses refused: exit code 7, each is listed', async () => {
    const port = CLOSED_PORT;
    const result = await command(['--resolve', `a.test:${port}:127.0.0.2,127.0.0.1`, `a.test:${port}`]);
    expect([result.code, failedPhase(result)]).toEqual([7, 'connect']);
    expect(result.stdout).toMatch(/^addresses {3}✗ 127\.0\.0\.2:.*\n {12}✗ 127\.0\.0\.1:/m);
  });

  it('name without address: exit code 6', async () => {
    const result = await command(['-6', '--resolve', 'a.test:80:127.0.0.1', 'a.test']);
    expect([result.code, failedPhase(result)]).toEqual([6, 'dns']);
    expect(result.stdout).toContain(
      '✗ dns failed: name not found (ENOTFOUND)\n  DNS does not know a.test.\n',
    );
  });

  it('unix socket that is not there: exit code 7', async () => {
    const result = await command(['--unix-socket', '/no/such/socket', 'http://localhost/']);
    expect(result.code).toBe(7);
    expect(result.stdout).toContain('There is no unix socket at /no/such/socket.');
  });
});

describe('TLS', () => {
  it('shows version, cipher, ALPN and certificate', async () => {
    const { url } = await serveTls(hello);
    const { code, stdout } = await command(['--cacert', certFile('ca.pem'), url]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^HTTP\/1\.1 200 OK +undici v/m);
    expect(stdout).toMatch(/^tls +TLSv1\.3 · TLS_\w+ · ALPN http\/1\.1$/m);
    expect(stdout).toMatch(/^certificate CN=localhost · \d+ days left · issued by CN=httptrace test CA$/m);
    expect(stdout).toMatch(/^tls .* \d+\.\d+ ms$/m);
  });

  it('unknown authority: exit code 60, and the certificate is shown', async () => {
    const { url } = await serveTls(hello);
    const result = await command([url]);
    expect([result.code, failedPhase(result)]).toEqual([60, 'tls']);
    expect(result.stdout).toContain('✗ tls failed: certificate from an unknown authority');
    expect(result.stdout).toContain('CN=localhost');
  });

  it('expired certificate: exit code 60', async () => {
    const { url } = await serveTls(hello, certs().expired);
    const result = await command(['--cacert', certFile('ca.pem'), url]);
    expect([result.code, failedPhase(result)]).toEqual([60, 'tls']);
    expect(result.stdout).toContain('✗ tls failed: certificate expired (CERT_HAS_EXPIRED)\n');
    expect(result.stdout).toMatch(/expired 1 day ago/);
  });

  it('certificate for another name: exit code 60, and for which', async () => {
    const { url } = await serveTls(hello, certs().wrongHost);
    const result = await command(['--cacert', certFile('ca.pem'), url]);
    expect([result.code, failedPhase(result)]).toEqual([60, 'tls']);
    expect(result.stdout).toContain('it is for DNS:wrong-host.example');
  });

  it('self-signed certificate: exit code 60, and 0 with -k, which is pointed out', async () => {
    const { url } = await serveTls(hello, certs().selfSigned);
    const refused = await command([url]);
    const accepted = await command(['-k', url]);
    expect([refused.code, accepted.code]).toEqual([60, 0]);
    expect(refused.stdout).toContain('✗ tls failed: self-signed certificate (DEPTH_ZERO_SELF_SIGNED_CERT)\n');
    expect(accepted.stdout).toContain('not trusted: DEPTH_ZERO_SELF_SIGNED_CERT');
  });

  it('a port that speaks plain HTTP: exit code 35', async () => {
    const { address } = await serve(hello);
    const result = await command([`https://${address}`]);
    expect([result.code, failedPhase(result)]).toEqual([35, 'tls']);
    expect(result.stdout).toContain('✗ tls failed: no TLS there');
  });

  it('a server that closes during the handshake: exit code 35', async () => {
    const port = await serveRaw((socket) => socket.once('data', () => socket.destroy()));
    const result = await command([`https://127.0.0.1:${port}`]);
    expect([result.code, failedPhase(result)]).toEqual([35, 'tls']);
    expect(result.stdout).toContain('connection closed during the TLS handshake');
  });

  it('--cert and --key authenticate the client', async () => {
    const { url } = await serveTls(hello, certs().good, {
      requestCert: true,
      rejectUnauthorized: true,
      ca: certs().ca,
    });
    const ca = ['--cacert', certFile('ca.pem')];
    const client = ['--cert', certFile('client.pem'), '--key', certFile('client.key')];
    expect((await command([...ca, ...client, url])).code).toBe(0);
    expect((await command([...ca, url])).code).not.toBe(0);
  });

  it('sends the name of the URL as SNI, whatever Host says', async () => {
    const names: string[] = [];
    const { port } = await serveTls(hello, certs().good, {
      SNICallback: (name, callback) => {
        names.push(name);
        callback(null);
      },
    });
    const resolve = ['--resolve', `www.example.test:${port}:127.0.0.1`, '--cacert', certFile('ca.pem')];
    const { code } = await command([
      ...resolve,
      '-H',
      'Host: other.test',
      `https://www.example.test:${port}`,
    ]);
    expect([code, names]).toEqual([0, ['www.example.test']]);
  });
});

describe('a response that does not come', () => {
  it('closed without an answer: exit code 56', async () => {
    const port = await serveRaw((socket) => socket.once('data', () => socket.end()));
    const result = await command([`127.0.0.1:${port}`]);
    expect([result.code, failedPhase(result)]).toEqual([56, 'wait']);
    expect(result.stdout).toContain('✗ wait failed: closed without an answer (UND_ERR_SOCKET)\n');
  });

  it('cut off: exit code 56, with the status that came', async () => {
    const port = await serveRaw((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello')),
    );
    const result = await command([`127.0.0.1:${port}`]);
    expect([result.code, failedPhase(result)]).toEqual([56, 'receive']);
    expect(result.stdout).toContain('✗ receive failed: response cut off');
    expect(result.stdout).toContain('HTTP/1.1 200 OK');
  });

  it('not HTTP: exit code 56', async () => {
    const port = await serveRaw((socket) => socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.2\r\n')));
    const result = await command([`127.0.0.1:${port}`]);
    expect(result.code).toBe(56);
    expect(result.stdout).toMatch(/✗ (wait|receive) failed: not HTTP$/m);
  });

  it('too late for -m: exit code 28, drawn up to then', async () => {
    const port = await serveRaw(() => {});
    const result = await command(['-m', '0.3', `127.0.0.1:${port}`]);
    expect([result.code, failedPhase(result)]).toEqual([28, 'wait']);
    expect(result.stdout).toContain('✗ wait failed: timed out\n');
    expect(unwrapped(result)).toContain('The limit was --max-time 0.3.');
  });

  it('too slow for -m: exit code 28, with the status that came', async () => {
    const port = await serveRaw((socket) =>
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello')),
    );
    const result = await command(['-m', '0.4', `127.0.0.1:${port}`]);
    expect([result.code, failedPhase(result)]).toEqual([28, 'receive']);
    expect(result.stdout).toContain('✗ receive failed: timed out\n');
  });

  it('too late for --connect-timeout in the TLS handshake: exit code 28', async () => {
    const port = await serveRaw(() => {});
    const result = await command(['--connect-timeout', '0.3', `https://127.0.0.1:${port}`]);
    expect([result.code, failedPhase(result)]).toEqual([28, 'tls']);
    expect(unwrapped(result)).toContain('The limit was --connect-timeout 0.3.');
  });

  it('in time for --connect-timeout, however long the answer takes', async () => {
    const { url } = await serveTls((_request, response) => {
      setTimeout(() => response.end(), 1100);
    });
    expect((await command(['-k', '--connect-timeout', '1', url])).code).toBe(0);
  });

  it('interrupted by Ctrl-C: exit code 130, drawn up to then', async () => {
    let interrupt = (): void => {};
    const port = await serveRaw((socket) => socket.once('data', () => interrupt()));
    const result = await command([`127.0.0.1:${port}`, 'http://127.0.0.1:1/'], {
      onStart: (press) => {
        interrupt = press;
      },
    });
    expect([result.code, failedPhase(result)]).toEqual([130, 'wait']);
    expect(result.stdout).toContain('✗ wait failed: interrupted\n');
    expect(result.stdout).not.toContain('127.0.0.1:1/');
  });
});

describe('what a server sends', () => {
  it('cannot control the terminal', async () => {
    // C1 controls in UTF-8 and as single bytes; Node's parser refuses the C0 ones itself.
    const evil = Buffer.concat([
      Buffer.from('\u009b31m\u0085\u202e\u009d0;owned', 'utf8'),
      Buffer.from([0x9b, 0x9c]),
    ]);
    const text = evil.toString('latin1');
    const head = [
      `HTTP/1.1 301 Moved ${text}`,
      `Location: /${text}`,
      `Server-Timing: a${text};desc="${text}"`,
      `X-Evil: ${text}`,
    ];
    const port = await serveRaw((socket) =>
      socket.once('data', () => socket.end(Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'))),
    );
    const { stdout } = await command(['-v', `127.0.0.1:${port}`]);
    expect(stdout).toContain('301 Moved');
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    const json = await command(['--json', `127.0.0.1:${port}`]);
    expect(json.stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});
