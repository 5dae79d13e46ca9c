import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import * as http2 from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stdout } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startNameServer } from './name-server.ts';
import { ARGUMENTS } from './pictures.ts';

/**
 * Records what the command sees, and writes it to standard output as the command does with `--json`.
 * Name, network and servers are those of a namespace made for it (`unshare --net --mount`), with some distance between
 * them, because on loopback most phases would be too short to be seen.
 */

const ONE_WAY = 8;
const SERVER = '192.0.2.80';
const NAME_SERVER = '192.0.2.53';
const BODY = Buffer.alloc(90_000, '<p>Hello</p>\n');
const COMMAND = fileURLToPath(new URL('../../src/cli/bin.js', import.meta.url));
const FAR_LINK = fileURLToPath(new URL('../../../../scripts/readme-picture/far-link.py', import.meta.url));

async function record(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'httptrace-picture-'));
  const link = spawn('python3', [FAR_LINK, String(ONE_WAY)], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await once(link.stdout, 'data');
    writeFileSync(join(folder, 'resolv.conf'), `nameserver ${NAME_SERVER}\n`);
    execFileSync('mount', ['--bind', join(folder, 'resolv.conf'), '/etc/resolv.conf']);
    const pair = makeCertificate(folder);
    await Promise.all([
      startNameServer(SERVER),
      once(http.createServer(redirect).listen(80), 'listening'),
      once(
        http2.createSecureServer(pair, (_request, response) => void page(response)).listen(443),
        'listening',
      ),
    ]);
    return await run(['--json', ...ARGUMENTS], { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') });
  } finally {
    link.kill();
    rmSync(folder, { recursive: true });
  }
}

/** A certificate for the server, and `ca.pem` of who has signed it. */
function makeCertificate(folder: string): { key: Buffer; cert: Buffer } {
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const openssl = (...args: string[][]): unknown =>
    execFileSync('openssl', [...request, ...args.flat()], { cwd: folder, stdio: 'ignore' });
  openssl(['-subj', '/CN=Example CA', '-days', '90', '-keyout', 'ca.key', '-out', 'ca.pem']);
  openssl(
    ['-subj', '/CN=example.test', '-days', '63', '-keyout', 'key.pem', '-out', 'cert.pem'],
    ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-addext', 'subjectAltName=DNS:example.test'],
    ['-addext', 'basicConstraints=critical,CA:FALSE'],
  );
  return { key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'cert.pem')) };
}

/** A process of its own, as the user's: its event loop does not serve as well. */
async function run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const command = spawn(process.execPath, [COMMAND, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  command.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  await once(command, 'close');
  return text;
}

function redirect(_request: http.IncomingMessage, response: http.ServerResponse): void {
  response.writeHead(301, { Location: 'https://example.test/' }).end();
}

async function page(response: http2.Http2ServerResponse): Promise<void> {
  await delay(18);
  response.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' });
  await delay(40);
  response.writeHead(200, {
    'Content-Type': 'text/html',
    'Content-Length': BODY.length,
    'Server-Timing': 'db;dur=34.2;desc="2 queries", render;dur=21.5',
  });
  response.end(BODY);
}

const text = await record();
stdout.write(text, () => process.exit());
