import type { ConnectionRecord, RoundTripRecord } from '../../record/types.ts';
import type { OriginSummary } from '../summary.ts';
import { AgentWithoutKeepAlive } from './agent-without-keep-alive.ts';
import { BodyNotConsumed } from './body-not-consumed.ts';
import { CertificateExpiry } from './certificate-expiry.ts';
import { DeadAddress } from './dead-address.ts';
import type { Detector } from './detector.ts';
import { DnsRepeated } from './dns-repeated.ts';
import { Errors } from './errors.ts';
import { EventLoopBusy } from './event-loop-busy.ts';
import { FINDING_KINDS, type Finding } from './finding.ts';
import { Http2Offered } from './http2-offered.ts';
import { IdleTimeout } from './idle-timeout.ts';
import { Places } from './places.ts';
import { PoolNotShared } from './pool-not-shared.ts';
import { Queued } from './queued.ts';
import { Retries } from './retries.ts';
import type { Seen } from './seen.ts';
import { SequentialRequests } from './sequential-requests.ts';
import { ServerCloses } from './server-closes.ts';
import { slowParts } from './slow-part.ts';
import { StaleConnection } from './stale-connection.ts';
import { TlsNotResumed } from './tls-not-resumed.ts';
import { TooFewKept } from './too-few-kept.ts';

/** Nobody reads more. */
const MOST_FINDINGS = 50;

/** Looks for all kinds of findings at once. */
export class Findings {
  readonly #places = new Places();
  readonly #detectors: readonly Detector[] = [
    new AgentWithoutKeepAlive(),
    new ServerCloses(),
    new IdleTimeout(),
    new PoolNotShared(),
    new TooFewKept(),
    new BodyNotConsumed(),
    new StaleConnection(),
    new DnsRepeated(),
    new DeadAddress(),
    new TlsNotResumed(),
    new Queued(),
    new EventLoopBusy(),
    new CertificateExpiry(),
    new Http2Offered(),
    new SequentialRequests(),
    new Errors(),
    new Retries(),
  ];

  addRoundTrip(record: RoundTripRecord, origin: string): void {
    // A mock's answers say nothing of servers and networks.
    if (record.intercepted) return;
    const start = record.wallTime;
    const end = start + record.duration;
    const { key: place, timeline } = this.#places.of(origin, record.process);
    const seen: Seen = {
      record,
      origin,
      place,
      start,
      end,
      sincePrevious: timeline.sincePrevious(start, end),
    };
    for (const detector of this.#detectors) detector.addRoundTrip(seen);
  }

  addConnection(record: ConnectionRecord): void {
    for (const detector of this.#detectors) detector.addConnection?.(record);
  }

  /** Warnings first, then what costs most, then in the order of {@link FINDING_KINDS}. */
  list(origins: readonly OriginSummary[]): Finding[] {
    const found = this.#detectors.flatMap((detector) => detector.findings());
    for (const origin of origins) found.push(...slowParts(origin));
    return found.sort(byImportance).slice(0, MOST_FINDINGS);
  }
}

function byImportance(a: Finding, b: Finding): number {
  if (a.severity !== b.severity) return a.severity === 'warning' ? -1 : 1;
  return (b.cost ?? 0) - (a.cost ?? 0) || FINDING_KINDS.indexOf(a.kind) - FINDING_KINDS.indexOf(b.kind);
}
