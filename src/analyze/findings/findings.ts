import type { ConnectionRecord, RoundTripRecord } from '../../record/types.ts';
import type { Finding } from './finding.ts';

/** Looks for all kinds of findings at once. */
export class Findings {
  addRoundTrip(_record: RoundTripRecord, _origin: string): void {}

  addConnection(_record: ConnectionRecord): void {}

  list(): Finding[] {
    return [];
  }
}
