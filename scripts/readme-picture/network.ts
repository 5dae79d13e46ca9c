import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startNameServer } from './name-server.ts';

/** Milliseconds to a server. */
const ONE_WAY = 8;
const SERVER = '192.0.2.80';
const NAME_SERVER = '192.0.2.53';
const FAR_LINK = fileURLToPath(new URL('../../../../scripts/readme-picture/far-link.py', import.meta.url));

/**
 * Makes the network of a namespace (`unshare --net --mount`): every name is that of a server which is some distance away,
 * because on loopback most phases would be too short to be seen.
 *
 * @param folder - for `resolv.conf`.
 */
export async function makeNetwork(folder: string): Promise<Disposable> {
  const link = spawn('python3', [FAR_LINK, String(ONE_WAY)], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(link.stdout, 'data');
  writeFileSync(join(folder, 'resolv.conf'), `nameserver ${NAME_SERVER}\n`);
  execFileSync('mount', ['--bind', join(folder, 'resolv.conf'), '/etc/resolv.conf']);
  await startNameServer(SERVER);
  return { [Symbol.dispose]: () => void link.kill() };
}

/** A certificate for the servers, and `ca.pem` in `folder`, of who has signed it. */
export function makeCertificate(folder: string): { key: Buffer; cert: Buffer } {
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const openssl = (...args: string[][]): unknown =>
    execFileSync('openssl', [...request, ...args.flat()], { cwd: folder, stdio: 'ignore' });
  openssl(['-subj', '/CN=Example CA', '-days', '90', '-keyout', 'ca.key', '-out', 'ca.pem']);
  openssl(
    ['-subj', '/CN=example.test', '-days', '63', '-keyout', 'key.pem', '-out', 'cert.pem'],
    ['-CA', 'ca.pem', '-CAkey', 'ca.key'],
    ['-addext', 'subjectAltName=DNS:example.test,DNS:*.example.test'],
    ['-addext', 'basicConstraints=critical,CA:FALSE'],
  );
  return { key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'cert.pem')) };
}
