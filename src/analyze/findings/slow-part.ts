import { formatBytes, formatDuration } from '../../view/format.ts';
import type { MetricSummary, OriginSummary } from '../summary.ts';
import type { Metric } from '../../view/stats.ts';
import { percentText } from './evidence.ts';
import type { Finding } from './finding.ts';

/** Medians of fewer say little. */
const LEAST = 10;
/** Milliseconds; what is faster nobody calls slow. */
const SLOW = 300;
/** The server's share of the time that makes it the server. */
const MOSTLY = 0.7;
/** A connection attempt takes one round trip on the network: a wait of so many is not the network's. */
const ROUND_TRIPS = 5;
/** Milliseconds for one round trip on the network. */
const FAR = 100;
/** Bytes; smaller bodies that come slowly are made slowly. */
const LARGE = 100_000;
/** Share of the time in which the event loop was busy: then nobody else can be blamed. */
const OWN_SHARE = 0.3;

/**
 * Where slow requests to an origin spend their time: at the server, or on the way.
 *
 * With {@link LEAST} requests that worked and a median of {@link SLOW} ms or more: it is the server when waiting for the first
 * byte takes most of it and at least five times as long as the fastest connection attempt, which takes one round trip on the
 * network. It is the way when large bodies take half of the time to come, or when even the fastest of three attempts took
 * {@link FAR} ms. Neither when the event loop was busy: then there is another finding.
 */
export function slowParts(summary: OriginSummary): Finding[] {
  const { origin } = summary;
  const total = metricOf(summary, 'total');
  if (origin === undefined || total === undefined || total.count < LEAST || total.p50 < SLOW) return [];
  if (summary.busy > total.mean * total.count * OWN_SHARE) return [];
  const wait = metricOf(summary, 'wait');
  const receive = metricOf(summary, 'receive');
  const connect = metricOf(summary, 'connect');
  const found: Finding[] = [];
  const isServer =
    wait !== undefined &&
    wait.p50 >= total.p50 * MOSTLY &&
    (connect === undefined || wait.p50 >= connect.min * ROUND_TRIPS);
  if (isServer) found.push(slowServer(origin, total, wait, connect));
  const body = summary.bodyBytes / total.count;
  if (receive !== undefined && body >= LARGE && receive.count >= LEAST && receive.p50 >= total.p50 / 2) {
    found.push(slowBodies(origin, total, receive, body));
  }
  if (!isServer && connect !== undefined && connect.count >= 3 && connect.min >= FAR) {
    found.push(farAway(origin, connect));
  }
  return found;
}

function slowServer(
  origin: string,
  total: MetricSummary,
  wait: MetricSummary,
  connect: MetricSummary | undefined,
): Finding {
  const network =
    connect === undefined
      ? ''
      : ` The network is not it: a connection attempt, one round trip, took ${formatDuration(connect.min)} at best.`;
  return {
    kind: 'slow-server',
    severity: 'info',
    origin,
    title: 'The server takes most of the time',
    evidence: `Of ${formatDuration(total.p50)} (median of ${total.count}) ${percentText(wait.p50 / total.p50)} pass between the end of the request and the first byte of the response.${network}`,
    advice:
      'Look into the server; a `Server-Timing` header from it shows in the records. On the client side only fewer requests, several at a time, or a cache help.',
    records: [],
  };
}

function slowBodies(origin: string, total: MetricSummary, receive: MetricSummary, body: number): Finding {
  const throughput = (body * 1000) / receive.mean;
  return {
    kind: 'slow-network',
    severity: 'info',
    origin,
    title: 'Bodies take most of the time',
    evidence: `Of ${formatDuration(total.p50)} (median of ${total.count}) ${percentText(receive.p50 / total.p50)} pass while the body comes: ${formatBytes(body)} on average, at ${formatBytes(throughput)}/s.`,
    advice:
      'Compress bodies, ask for less, or read faster: a program that reads slowly slows the sender down.',
    records: [],
  };
}

function farAway(origin: string, connect: MetricSummary): Finding {
  return {
    kind: 'slow-network',
    severity: 'info',
    origin,
    title: 'The server is far away',
    evidence: `The fastest of ${connect.count} connection attempts took ${formatDuration(connect.min)}: as much for each round trip on the network, of which a new connection with TLS needs three before the response can come.`,
    advice: 'Keep connections, send several requests at a time, or use a server that is nearer.',
    records: [],
  };
}

function metricOf({ metrics }: OriginSummary, metric: Metric): MetricSummary | undefined {
  return metrics.find((one) => one.metric === metric);
}
