import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { buildIfStale } from '../scripts/build.mjs';
import { CERTIFICATES_VARIABLE, makeCertificates, writeCertificates } from './helpers/certs.ts';
import { installUndici8 } from './helpers/undici-8.ts';

/** Once a run: dist/ for the tests that start the command, undici 8, and the certificates of the TLS servers. */
export default async function setup(): Promise<() => void> {
  if (!buildIfStale()) {
    // Tests run from the sources; `npm run typecheck` is the one that fails on types.
    process.stderr.write('test: dist/ was built in spite of the compiler errors above\n');
  }
  installUndici8();
  const directory = mkdtempSync(join(tmpdir(), 'httptrace-certs-'));
  writeCertificates(directory, await makeCertificates());
  process.env[CERTIFICATES_VARIABLE] = directory;
  return () => rmSync(directory, { recursive: true, force: true });
}
