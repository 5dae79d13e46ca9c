import { lookup } from 'node:dns/promises';
import { readFile, writeFile } from 'node:fs/promises';
import type { Scheme } from './scenario.ts';
import type { Run } from './sequence.ts';

/** What Go did in one scenario, so that clients can be compared where Go is missing. */
export interface Recording {
  /** `go1.26.8` */
  readonly go: string;
  /** What `localhost` was on the recording machine; sequences with that name depend on it. */
  readonly localhost: readonly string[];
  readonly runs: Partial<Record<Scheme, Run>>;
}

function fileOf(scenario: string): string {
  return `conformance/recorded/${scenario}.json`;
}

/** The recording of a scenario, undefined when there is none. */
export async function readRecording(scenario: string): Promise<Recording | undefined> {
  try {
    // Only writeRecording makes these files.
    return JSON.parse(await readFile(fileOf(scenario), 'utf8')) as Recording;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes a recording with one event a line, so that a change of Go's can be read as a diff. */
export async function writeRecording(scenario: string, recording: Recording): Promise<void> {
  const runs = Object.entries(recording.runs).map(
    ([scheme, run]) =>
      `    ${JSON.stringify(scheme)}: {\n` +
      `      "events": ${lines(run.events)},\n      "outcomes": ${lines(run.outcomes)}\n    }`,
  );
  const text = [
    '{',
    `  "go": ${JSON.stringify(recording.go)},`,
    `  "localhost": ${JSON.stringify(recording.localhost)},`,
    `  "runs": {\n${runs.join(',\n')}\n  }`,
    '}\n',
  ];
  await writeFile(fileOf(scenario), text.join('\n'));
}

function lines(values: readonly unknown[]): string {
  if (values.length === 0) return '[]';
  return `[\n${values.map((value) => `        ${JSON.stringify(value)}`).join(',\n')}\n      ]`;
}

/** Addresses of `localhost` on this machine, in the order in which they are tried. */
export async function localhostAddresses(): Promise<readonly string[]> {
  return (await lookup('localhost', { all: true })).map(({ address }) => address);
}
