/** What a finding is about; each has a section in docs/findings.md. */
export const FINDING_KINDS = [
  'agent-without-keep-alive',
  'server-closes',
  'idle-timeout',
  'pool-not-shared',
  'too-few-kept',
  'body-not-consumed',
  'stale-connection',
  'dns-repeated',
  'dead-address',
  'tls-not-resumed',
  'queued',
  'event-loop-busy',
  'certificate-expiry',
  'http2-offered',
  'sequential-requests',
  'errors',
  'retries',
  'slow-server',
  'slow-network',
] as const;

export type FindingKind = (typeof FINDING_KINDS)[number];

/** Something that is wrong, or could be better, in plain words and with the evidence. Texts can hold what came from the network. */
export interface Finding {
  readonly kind: FindingKind;
  /** `warning`: it costs time or breaks something. `info`: worth knowing. */
  readonly severity: 'info' | 'warning';
  /** The origin it is about; absent when it is about the whole program. */
  readonly origin?: string;
  /** What was found, in a few words. */
  readonly title: string;
  /** The numbers it is concluded from. */
  readonly evidence: string;
  /** What to do about it. */
  readonly advice: string;
  /** Ids of some records that show it. */
  readonly records: readonly string[];
  /** Milliseconds that requests would have been shorter without it, all together, as far as that can be told. */
  readonly cost?: number;
}
