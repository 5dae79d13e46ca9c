import type { ConnectionRecord } from '../../record/types.ts';
import type { Finding } from './finding.ts';
import type { Seen } from './seen.ts';

/** Looks for one kind of finding while records pass by. What it keeps has a bound. */
export interface Detector {
  /** A round trip that went to the network. */
  addRoundTrip(seen: Seen): void;
  /** A connection that has ended, after its round trips. */
  addConnection?(connection: ConnectionRecord): void;
  /** What has been found so far; may be asked again and again. */
  findings(): Finding[];
}
