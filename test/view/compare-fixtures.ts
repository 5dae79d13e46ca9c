import type { RoundTripRecord } from '../../src/record/types.ts';
import type { ComparedClient } from '../../src/view/compare.ts';
import type { Call } from '../../src/view/stats.ts';
import { expired, redirects, roundTrip, secureConnection, tls, type Durations } from './fixtures.ts';

/** A client whose only request worked. */
export function worked(name: string, shown: Call): ComparedClient {
  return { name, shown, calls: [shown], failed: 0 };
}

/** An https request of a client, over HTTP/2 when ALPN says `h2`. */
export function requestOf(
  name: string,
  version: string,
  alpnProtocol: 'h2' | 'http/1.1',
  durations: Durations,
  more: Partial<RoundTripRecord> = {},
): RoundTripRecord {
  const plain = roundTrip({ durations });
  const httpVersion = alpnProtocol === 'h2' ? '2' : '1.1';
  return {
    ...plain,
    client: { name, version },
    request: { ...plain.request, url: 'https://example.test/', httpVersion },
    response: { ...plain.response!, httpVersion, statusText: httpVersion === '2' ? '' : 'OK' },
    connection: { ...secureConnection, protocol: alpnProtocol, tls: { ...tls, alpnProtocol } },
    ...more,
  };
}

const durations = { queued: 0.3, dns: 2.1, connect: 8.2, tls: 22.5, send: 0.3, wait: 31, receive: 4.2 };

/** Two over HTTP/2, two over HTTP/1.1, of which one takes long over TLS. */
export const fourClients: readonly ComparedClient[] = [
  worked('undici', [requestOf('undici', '7.30.2', 'h2', durations)]),
  worked('fetch', [requestOf('fetch', '6.24.1', 'http/1.1', { ...durations, queued: 0.6, wait: 33.4 })]),
  worked('http', [requestOf('https', '20.20.2', 'http/1.1', { ...durations, tls: 44.9, receive: 3.1 })]),
  worked('http2', [
    requestOf('http2', '20.20.2', 'h2', {
      dns: 2,
      connect: 8.3,
      tls: 22.1,
      send: 0.2,
      wait: 30.4,
      receive: 9,
    }),
  ]),
];

/** One follows two redirects with three connections, the other with two. */
export const redirected: readonly ComparedClient[] = [
  worked('undici', redirects),
  worked(
    'http',
    redirects.map((record, index) =>
      index < 2
        ? record
        : { ...record, connection: { ...record.connection!, id: '4711-0-3', reused: false } },
    ),
  ),
];

/** One of two trusts the certificate. */
export const oneFailed: readonly ComparedClient[] = [
  fourClients[0]!,
  {
    name: 'http',
    shown: [{ ...expired, client: { name: 'https', version: '20.20.2' } }],
    calls: [],
    failed: 1,
  },
];
