import { hostPort } from '../record/origin.ts';
import type { AttemptRecord, ConnectionUse, Endpoint, RoundTripRecord, TLSRecord } from '../record/types.ts';
import { formatDuration, ordinal, plural } from './format.ts';
import type { Pen } from './pen.ts';

const DAY = 86_400_000;
/** Fewer days left are pointed out: certificates that renew themselves do so about a month before their end. */
const SHORT_VALIDITY_DAYS = 14;

/** The connection: new or reused, where to, what it speaks, what became of it. */
export function connectionItems(
  pen: Pen,
  connection: ConnectionUse,
  { number, served }: { readonly number: number; readonly served: boolean },
): string[] {
  const items = [connection.reused ? pen.paint('good', `reused #${number}`) : `new #${number}`];
  if (connection.reused) items.push(...reuseItems(connection));
  const remote = connection.remote === undefined ? undefined : endpointText(connection.remote);
  if (remote !== undefined && remote !== connection.proxy) items.push(pen.text(remote));
  if (connection.proxy !== undefined) items.push(pen.text(`via proxy ${connection.proxy}`));
  items.push(pen.text(protocolText(connection.protocol)));
  if (isMultiplexed(connection)) items.push(`${ordinal(connection.served + 1)} stream`);
  if (served && connection.after !== undefined) items.push(afterText(pen, connection));
  return items;
}

function isMultiplexed({ protocol }: ConnectionUse): boolean {
  return protocol === 'h2';
}

function reuseItems(connection: ConnectionUse): string[] {
  const items = isMultiplexed(connection) ? [] : [`${ordinal(connection.served + 1)} request`];
  if (connection.wasIdle && connection.idleTime !== undefined) {
    items.push(`idle ${formatDuration(connection.idleTime)}`);
  }
  return items;
}

function afterText(pen: Pen, connection: ConnectionUse): string {
  switch (connection.after) {
    case 'kept':
      return 'kept open';
    case 'handed-over':
      return 'handed over';
    default:
      return connection.closeReason === undefined ? 'closed' : pen.text(`closed: ${connection.closeReason}`);
  }
}

/** `93.184.216.34:443`, `[::1]:443`, or the path of a unix socket. */
export function endpointText({ address, port }: Endpoint): string {
  return port === undefined ? address : hostPort({ host: address, port: String(port) });
}

/** `http/1.1` and `1.1` as `HTTP/1.1`, `h2` as `HTTP/2`. */
export function protocolText(protocol: string): string {
  if (/^\d/.test(protocol)) return `HTTP/${protocol}`;
  if (protocol === 'h2') return 'HTTP/2';
  return protocol.replace(/^http\//, 'HTTP/');
}

/** What the TLS handshake agreed on; nothing when it did not come so far. */
export function tlsItems(pen: Pen, tls: TLSRecord): string[] {
  if (tls.version === undefined) return [];
  const items = [pen.text(tls.version)];
  if (tls.cipher !== undefined) items.push(pen.text(tls.cipher));
  items.push(tls.alpnProtocol === undefined ? 'no ALPN' : pen.text(`ALPN ${tls.alpnProtocol}`));
  if (tls.resumed) items.push('session resumed');
  return items;
}

/**
 * The peer's certificate.
 *
 * @param now - milliseconds since the Unix epoch; days are counted from here.
 */
export function certificateItems(pen: Pen, tls: TLSRecord, now: number): string[] {
  const items: string[] = [];
  if (tls.certificate !== undefined) {
    const { subject, issuer, validFrom, validTo } = tls.certificate;
    items.push(pen.text(subject === '' ? '(no subject)' : subject));
    items.push(validityText(pen, validFrom, validTo, now));
    items.push(issuer === subject ? 'self-signed' : pen.text(`issued by ${issuer}`));
  }
  if (!tls.authorized && (tls.certificate !== undefined || tls.authorizationError !== undefined)) {
    const reason = tls.authorizationError === undefined ? '' : `: ${tls.authorizationError}`;
    items.push(pen.paint('bad', pen.text(`not trusted${reason}`)));
  }
  return items;
}

function validityText(pen: Pen, validFrom: number, validTo: number, now: number): string {
  if (now < validFrom) return pen.paint('bad', `not valid before ${isoDay(validFrom)}`);
  if (validTo < now)
    return pen.paint('bad', `expired ${plural(Math.floor((now - validTo) / DAY), 'day')} ago`);
  const days = Math.floor((validTo - now) / DAY);
  const text = `${plural(days, 'day')} left`;
  return days < SHORT_VALIDITY_DAYS ? pen.paint('warn', text) : text;
}

function isoDay(time: number): string {
  return Number.isFinite(time) && Math.abs(time) < 8.64e15 ? new Date(time).toISOString().slice(0, 10) : '?';
}

/** One line for each address tried, with what became of it. */
export function attemptLines(pen: Pen, attempts: readonly AttemptRecord[]): string[] {
  const longest = Math.max(...attempts.map((attempt) => attempt.addr.length));
  return attempts.map((attempt) => {
    const addr = pen.text(attempt.addr).padEnd(longest);
    const taken = attempt.duration === undefined ? '' : ` after ${formatDuration(attempt.duration)}`;
    if (attempt.error !== undefined) {
      const reason = pen.text(attempt.error.code ?? attempt.error.message);
      return `${pen.paint('bad', pen.glyph.failed)} ${addr}  ${reason}${taken}`;
    }
    if (attempt.duration === undefined)
      return `${pen.paint('dim', pen.glyph.ellipsis)} ${addr}  no answer yet`;
    return `${pen.paint('good', pen.glyph.succeeded)} ${addr}  connected${taken}`;
  });
}

/** The TLS facts of a round trip: those of its connection, or of the dial that failed. */
export function tlsOf(record: RoundTripRecord): TLSRecord | undefined {
  return record.connection?.tls ?? record.dial?.tls;
}
