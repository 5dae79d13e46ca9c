import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { RoundTripRecord } from '../../src/record/types.ts';
import { writerName } from '../../src/spool/names.ts';
import { SegmentWriter, type SegmentLimits } from '../../src/spool/segment-writer.ts';
import { createSpool, removeSpool } from '../../src/spool/spool.ts';

/** A folder that goes with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'httptrace test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A spool that this process reads. */
export function spool(): string {
  const folder = createSpool(temporaryFolder());
  onTestFinished(() => removeSpool(folder));
  return folder;
}

let writers = 0;

/** A writer as of a thread of this process, or of another. */
export function writerTo(folder: string, limits: SegmentLimits = {}, pid = process.pid): SegmentWriter {
  return new SegmentWriter(folder, writerName(pid, 0, `w${++writers}`), process.pid, limits);
}

/** A record with no more in it than is looked at here. */
export function recordOf(id: string, more: Partial<RoundTripRecord> = {}): RoundTripRecord {
  return {
    type: 'roundTrip',
    version: 1,
    id,
    call: { id, attempt: 1, reason: 'first', known: true },
    process: { pid: 1, threadId: 0, node: process.version },
    client: { name: 'test', version: '1' },
    intercepted: false,
    wallTime: 1,
    start: 1,
    duration: 10,
    phases: [{ name: 'wait', start: 0, duration: 10 }],
    events: [],
    request: { method: 'GET', url: 'http://a.test/', httpVersion: '1.1', header: [] },
    informational: [],
    outcome: 'ok',
    ...more,
  };
}

/** Files in a spool, its owner's aside. */
export function filesOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file !== 'owner.json')
    .toSorted();
}
