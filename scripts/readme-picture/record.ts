import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';
import { makeCertificate, makeNetwork } from './network.ts';
import { ARGUMENTS } from './pictures.ts';
import { startServers } from './servers.ts';

/** Records what the command sees in a network made for it, and writes the trace to standard output. */

const ROOT = new URL('../../../../', import.meta.url);
const COMMAND = fileURLToPath(new URL('dist/cli/bin.js', ROOT));
const PROGRAMS = new URL('scripts/readme-picture/programs/', ROOT);
const SAVED = 'saved.jsonl';

async function record(name: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'httptrace-picture-'));
  try {
    using _network = await makeNetwork(folder);
    await startServers(makeCertificate(folder));
    if (name === 'waterfall') return await run(folder, ['--json', ...ARGUMENTS]);
    const program = name === 'run' ? 'app' : 'shop';
    copyFileSync(new URL(`${program}.mjs`, PROGRAMS), join(folder, `${program}.js`));
    await run(folder, ['run', '--quiet', '--save', SAVED, '--', 'node', `${program}.js`]);
    return withoutFolder(readFileSync(join(folder, SAVED), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A process of its own, as the user's: its event loop does not serve as well. */
async function run(folder: string, args: readonly string[]): Promise<string> {
  const command = spawn(process.execPath, [COMMAND, ...args], {
    cwd: folder,
    env: { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  command.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  const [code] = (await once(command, 'close')) as [number | null]; // as ChildProcess documents it
  if (code !== 0) throw new Error(`httptrace ${args.join(' ')} ended with ${code}`);
  return text;
}

/** The first line tells in which folder the program ran, which is nobody's business. */
function withoutFolder(trace: string): string {
  const [first = '', ...lines] = trace.split('\n');
  const { cwd: _cwd, ...line } = JSON.parse(first) as Record<string, unknown>; // the line of type `run`
  return [JSON.stringify(line), ...lines].join('\n');
}

const text = await record(argv[2] ?? '');
stdout.write(text, () => process.exit());
