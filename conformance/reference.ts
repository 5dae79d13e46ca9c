import { once } from 'node:events';
import net from 'node:net';
import type { Certificates } from '../test/helpers/certs.ts';
import { differences } from './compare.ts';
import type { Go } from './go.ts';
import { playScenario } from './play.ts';
import { localhostAddresses, readRecording, type Recording } from './recording.ts';
import type { Scenario, Scheme } from './scenario.ts';
import type { Run } from './sequence.ts';
import { freedomOf } from './verdict.ts';

/** Where Go's run of a scenario comes from. */
export type Reference = (scenario: Scenario, scheme: Scheme) => Promise<Referred>;

export interface Referred {
  /** Absent when there is nothing to compare with. */
  readonly run?: Run;
  /** What makes the comparison fail whatever the client does. */
  readonly problems: readonly string[];
  /** Why there is nothing to compare with, when that is no fault. */
  readonly leftOut?: string;
}

/** Go itself, which must still do what it did when it was recorded. */
export function liveReference(go: Go, certificates: Certificates): Reference {
  return async (scenario, scheme) => {
    const missing = await whatIsMissing(scenario);
    if (missing !== undefined) return { problems: [], leftOut: missing };
    const { run, problems } = await playScenario(scenario, scheme, go.play, certificates);
    const recording = await readRecording(scenario.name);
    return {
      run,
      problems: [
        ...problems.map((problem) => `Go itself: ${problem}`),
        ...(await staleness(scenario, scheme, run, recording, go)),
      ],
    };
  };
}

/** The recordings, for machines without Go. */
export const recordedReference: Reference = async (scenario, scheme) => {
  const missing = await whatIsMissing(scenario);
  if (missing !== undefined) return { problems: [], leftOut: missing };
  const recording = await readRecording(scenario.name);
  const run = recording?.runs[scheme];
  if (recording === undefined || run === undefined) return { problems: ['there is no recording'] };
  if (await isComparableHere(scenario, recording)) return { run, problems: [] };
  return { problems: [], leftOut: `recorded where localhost is ${recording.localhost.join(', ')}` };
};

async function staleness(
  scenario: Scenario,
  scheme: Scheme,
  run: Run,
  recording: Recording | undefined,
  { version }: Go,
): Promise<readonly string[]> {
  const recorded = recording?.runs[scheme];
  if (recording === undefined || recorded === undefined) {
    return ['there is no recording; make it with npm run conformance:record'];
  }
  if (!(await isComparableHere(scenario, recording))) return [];
  const changes = differences(recorded, run, freedomOf(scenario, scheme));
  return changes.map((text) => `the recording is stale (${recording.go}, now ${version}): ${text}`);
}

/** What this machine lacks for a scenario. */
async function whatIsMissing({ needs = [] }: Scenario): Promise<string | undefined> {
  if (!needs.includes('ipv6')) return undefined;
  hasIpv6 ??= canListen('::1');
  return (await hasIpv6) ? undefined : 'there is no ::1 here';
}

let hasIpv6: Promise<boolean> | undefined;

async function canListen(host: string): Promise<boolean> {
  const server = net.createServer().listen(0, host);
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  return true;
}

async function isComparableHere({ requests }: Scenario, recording: Recording): Promise<boolean> {
  if (!requests.some(({ host }) => host === 'localhost')) return true;
  return (await localhostAddresses()).join() === recording.localhost.join();
}
