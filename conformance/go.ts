import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { Marked } from './hook-watch.ts';
import type { HookEvent, Outcome, Played, Player } from './sequence.ts';

const sources = 'conformance/go';
const program = '.cache/conformance/go-client';
// The machine's own Go or none: a toolchain must not be fetched from the network; names are looked up by Go's own code.
const environment = { ...process.env, GOTOOLCHAIN: 'local', CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' };

export interface Go {
  /** As `go env GOVERSION` prints it: `go1.26.8`. */
  readonly version: string;
  readonly play: Player;
}

/** Builds the Go program; tells why not when Go is missing or too old. A build that fails throws. */
export async function buildGo(): Promise<Go | { readonly missing: string }> {
  const run = promisify(execFile);
  let version: string;
  try {
    version = (await run('go', ['env', 'GOVERSION'], { env: environment })).stdout.trim();
  } catch (error) {
    return { missing: error instanceof Error ? error.message.trim() : String(error) };
  }
  if (Number(/^go1\.(\d+)/.exec(version)?.[1]) < 26)
    return { missing: `${version} is here, go1.26 is needed` };
  const output = `${process.cwd()}/${program}`;
  await run('go', ['build', '-o', output, '.'], { cwd: sources, env: environment });
  return { version, play };
}

/** A line that the Go program prints. */
type Line = { readonly event: HookEvent } | { readonly outcome: Outcome } | { readonly mark: Marked };

const play: Player = async (scenario, { target, report, onControl }) => {
  const child = spawn(program, { env: environment, stdio: ['pipe', 'pipe', 'pipe'], timeout: 10_000 });
  const events: HookEvent[] = [];
  const outcomes: Outcome[] = [];
  let complaint = '';
  const ended = exitCode(child);
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  child.stdin.write(`${JSON.stringify({ scenario, ...target })}\n`);
  onControl({
    cancel: (request) => child.stdin.write(`cancel ${request}\n`),
    start: (request) => child.stdin.write(`start ${request}\n`),
  });
  // A cancel that comes after the program's end has nothing to cancel.
  child.stdin.on('error', () => {});
  for await (const text of createInterface({ input: child.stdout })) {
    // main.go prints nothing but lines of this shape.
    const line = JSON.parse(text) as Line;
    if ('event' in line) {
      events.push(line.event);
      report(line.event);
    } else if ('mark' in line) {
      report(line.mark);
    } else {
      outcomes.push(line.outcome);
      report({ hook: 'outcome', request: line.outcome.request });
    }
  }
  const code = await ended;
  if (code === 2 && complaint.startsWith('panic: hook throws')) {
    // A panic in a goroutine of net/http ends the process, and every request with it.
    for (const request of scenario.requests.keys()) {
      if (outcomes.some((outcome) => outcome.request === request)) continue;
      outcomes.push({ request, status: 0, bytes: 0, error: 'panic' });
    }
    return { run: { events, outcomes }, problems: [] };
  }
  const problems = code === 0 ? [] : [`the Go program ended with ${code}: ${complaint.trim()}`];
  return { run: { events, outcomes }, problems } satisfies Played;
};

/** Resolves when the process is over and all that it printed has been read. */
async function exitCode(child: ReturnType<typeof spawn>): Promise<number | string> {
  await new Promise((resolve) => child.once('close', resolve));
  return child.exitCode ?? child.signalCode ?? 'no code';
}
