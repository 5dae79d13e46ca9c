import type { Detector } from './detector.ts';
import type { Finding } from './finding.ts';
import { PerKey } from './per-key.ts';
import type { Seen } from './seen.ts';

const DAY = 86_400_000;
/** Certificates that renew themselves do so a month, or a third of their life, before their end. */
const SOON = 14 * DAY;
/** Some live for a day only; theirs count as near their end in the last part of it. */
const LAST_PART = 0.15;
const URGENT = 3 * DAY;

/**
 * The certificate of a server ends soon, or has ended and is used all the same.
 *
 * Found for the latest certificate that an origin showed, when less than two weeks and less than 15 % of its life are left.
 * A single connection is evidence enough.
 */
export class CertificateExpiry implements Detector {
  readonly #origins = new PerKey((origin) => ({
    origin,
    validFrom: 0,
    validTo: -1,
    seen: -Infinity,
    subject: '',
    record: '',
  }));

  addRoundTrip({ record, origin, start }: Seen): void {
    const certificate = (record.connection?.tls ?? record.dial?.tls)?.certificate;
    if (certificate === undefined) return;
    const state = this.#origins.of(origin);
    if (state === undefined || start < state.seen) return;
    const { validFrom, validTo, subject } = certificate;
    Object.assign(state, { validFrom, validTo, subject, seen: start, record: record.id });
  }

  findings(): Finding[] {
    const found: Finding[] = [];
    for (const { origin, validFrom, validTo, seen, subject, record } of this.#origins.values) {
      const left = validTo - seen;
      if (record === '' || left > SOON || left > (validTo - validFrom) * LAST_PART) continue;
      const when = left < 0 ? `ended ${daysText(-left)} before` : `ends ${daysText(left)} after`;
      found.push({
        kind: 'certificate-expiry',
        severity: left < URGENT ? 'warning' : 'info',
        origin,
        title: left < 0 ? "The server's certificate has expired" : "The server's certificate expires soon",
        evidence: `The certificate of ${subject === '' ? 'no subject' : subject} ${when} the request.`,
        advice: 'Renew it; if that should happen by itself, look why it has not.',
        records: [record],
      });
    }
    return found;
  }
}

function daysText(milliseconds: number): string {
  const days = milliseconds / DAY;
  if (days < 2) return `${Math.round(milliseconds / 3_600_000)} hours`;
  return `${Math.floor(days)} days`;
}
