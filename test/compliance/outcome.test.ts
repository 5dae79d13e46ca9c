import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const FIXTURE = fileURLToPath(new URL('fixtures/outcome.mjs', import.meta.url));

interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  /** The error's own text: stacks differ by the frame of a wrapper. */
  readonly error: string[];
}

function run(name: string, mode: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--no-warnings', FIXTURE, name, mode], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += String(chunk)));
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const error = stderr
        .split('\n')
        .filter((line) => /^(\w*Error|Emitted|  (code|errno|syscall|reason|host))/.test(line));
      // OpenSSL begins its errors with the address of a thread.
      const stable = error.map((line) =>
        line.replaceAll(/:\d+/g, ':port').replaceAll(/\b[0-9A-F]{12,}:/g, ''),
      );
      resolve({ code, signal, stdout, error: stable });
    });
  });
}

const CRASHES = [
  'refused and unhandled',
  'name not found and unhandled',
  'hang-up and unhandled',
  'not HTTP and unhandled',
  'TLS failure and unhandled',
  'destroyed with an error and unhandled',
  'listener that throws',
  'bad header',
  'bad port',
];
const ENDS = ['body cut off without a listener', 'idle connection does not keep the process'];

describe.each([...CRASHES, ...ENDS])('a program with a %s', (name) => {
  it('ends in the same way, watched or not', async () => {
    const [plain, ...watched] = await Promise.all(
      ['plain', 'context', 'observe'].map((mode) => run(name, mode)),
    );
    expect(plain!.code).toBe(ENDS.includes(name) ? 0 : 1);
    expect(plain!.error.length).toBeGreaterThanOrEqual(ENDS.includes(name) ? 0 : 1);
    for (const outcome of watched) expect(outcome).toEqual(plain);
  });
});
