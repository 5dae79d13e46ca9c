import {
  RECORD_VERSION,
  type ConnectionUse,
  type DialRecord,
  type Phase,
  type PhaseName,
  type RoundTripRecord,
  type TLSRecord,
} from '../../src/record/types.ts';

/** 2026-11-20T00:00:00Z */
export const WALL_TIME = 1_795_132_800_000;
const DAY = 86_400_000;

export type Durations = Partial<Record<PhaseName, number>>;

/** Phases one after the other, as a record has them. */
export function phasesOf(durations: Durations): Phase[] {
  const phases: Phase[] = [];
  let start = 0;
  for (const [name, duration] of Object.entries(durations) as [PhaseName, number][]) {
    phases.push({ name, start, duration });
    start += duration;
  }
  return phases;
}

export interface FixtureOptions extends Partial<RoundTripRecord> {
  readonly durations?: Durations;
}

/** A round trip that worked: new plain connection, 200, 1.2 kB. Fields given replace its own. */
export function roundTrip({ durations, ...fields }: FixtureOptions = {}): RoundTripRecord {
  const phases = phasesOf(
    durations ?? { queued: 0.3, dns: 2.31, connect: 0.45, send: 0.12, wait: 30.4, receive: 4.2 },
  );
  return {
    type: 'roundTrip',
    version: RECORD_VERSION,
    id: '4711-0-1',
    call: { id: '4711-0-1', attempt: 1, reason: 'first', known: false },
    process: { pid: 4711, threadId: 0, node: 'v20.20.2' },
    client: { name: 'http', version: '20.20.2' },
    intercepted: false,
    wallTime: WALL_TIME,
    start: 1000,
    duration: phases.reduce((sum, phase) => sum + phase.duration, 0),
    phases,
    events: [],
    request: {
      method: 'GET',
      url: 'http://example.test/hello?q=[redacted]',
      httpVersion: '1.1',
      header: [
        ['Host', 'example.test'],
        ['Authorization', '[redacted]'],
      ],
      wireBytes: 96,
    },
    informational: [],
    response: {
      status: 200,
      statusText: 'OK',
      httpVersion: '1.1',
      header: [['Content-Type', 'text/html']],
      trailers: [],
      serverTiming: [],
      wireBytes: 1411,
      bodyBytes: 1240,
    },
    connection: plainConnection,
    outcome: 'ok',
    ...fields,
  };
}

export const plainConnection: ConnectionUse = {
  id: '4711-0-1',
  openedBy: '4711-0-1',
  reused: false,
  wasIdle: false,
  served: 0,
  protocol: 'http/1.1',
  transport: 'tcp',
  local: { address: '127.0.0.1', port: 40_000 },
  remote: { address: '93.184.216.34', port: 80 },
  after: 'kept',
};

export const tls: TLSRecord = {
  version: 'TLSv1.3',
  cipher: 'TLS_AES_256_GCM_SHA384',
  serverName: 'example.test',
  resumed: false,
  authorized: true,
  certificate: {
    subject: 'CN=example.test, O=Example',
    issuer: 'CN=Example CA',
    subjectAltName: 'DNS:example.test',
    validFrom: WALL_TIME - 20 * DAY,
    validTo: WALL_TIME + 62.5 * DAY,
    fingerprint256: 'AA:BB',
  },
};

export const secureConnection: ConnectionUse = {
  ...plainConnection,
  remote: { address: '93.184.216.34', port: 443 },
  tls,
};

export const twoAddresses: DialRecord = {
  used: true,
  host: 'example.test',
  addresses: ['2606:2800::1', '93.184.216.34'],
  attempts: [
    {
      network: 'tcp',
      addr: '[2606:2800::1]:443',
      start: 2.6,
      duration: 250.1,
      error: { name: 'Error', message: 'connect ETIMEDOUT', code: 'ETIMEDOUT', syscall: 'connect' },
    },
    { network: 'tcp', addr: '93.184.216.34:443', start: 252.7, duration: 8.9 },
  ],
};

/** HTTPS, two addresses of which one is dead, early hints, Server-Timing. */
export const rich = roundTrip({
  client: { name: 'https', version: '20.20.2' },
  durations: { queued: 0.3, dns: 2.3, connect: 259, tls: 31.2, send: 0.4, wait: 120.5, receive: 42 },
  connection: secureConnection,
  dial: twoAddresses,
  request: { method: 'GET', url: 'https://example.test/', httpVersion: '1.1', header: [], wireBytes: 120 },
  informational: [
    { status: 103, time: 1000 + 330, header: [['Link', '</style.css>; rel=preload; as=style']] },
    { status: 102, time: 1000 + 390, header: [] },
  ],
  response: {
    status: 200,
    statusText: 'OK',
    httpVersion: '1.1',
    header: [],
    trailers: [],
    serverTiming: [{ name: 'db', duration: 53.2, description: 'query' }, { name: 'cache' }],
    wireBytes: 1_250_400,
    bodyBytes: 1_250_000,
  },
});

/** http → https → a page, the last hop over the connection of the one before. */
export const redirects: readonly RoundTripRecord[] = [
  roundTrip({
    durations: { dns: 2.3, connect: 8.2, send: 0.2, wait: 12, receive: 0.2 },
    response: redirectTo('https://example.test/'),
  }),
  roundTrip({
    id: '4711-0-2',
    client: { name: 'https', version: '20.20.2' },
    start: 1023.4,
    durations: { dns: 0.6, connect: 8.1, tls: 22.5, send: 0.3, wait: 14, receive: 0.2 },
    request: { method: 'GET', url: 'https://example.test/', httpVersion: '1.1', header: [] },
    connection: { ...secureConnection, id: '4711-0-2' },
    response: redirectTo('/home'),
  }),
  roundTrip({
    id: '4711-0-3',
    client: { name: 'https', version: '20.20.2' },
    start: 1069.5,
    durations: { queued: 0.1, send: 0.2, wait: 33, receive: 4 },
    request: { method: 'GET', url: 'https://example.test/home', httpVersion: '1.1', header: [] },
    connection: {
      ...secureConnection,
      id: '4711-0-2',
      reused: true,
      wasIdle: true,
      idleTime: 0.42,
      served: 1,
    },
  }),
];

function redirectTo(location: string): NonNullable<RoundTripRecord['response']> {
  return {
    status: 301,
    statusText: 'Moved Permanently',
    httpVersion: '1.1',
    header: [['Location', location]],
    trailers: [],
    serverTiming: [],
    bodyBytes: 0,
    wireBytes: 120,
  };
}

/** A round trip that failed before there was a connection or a response. */
export function failedRoundTrip(
  phase: PhaseName,
  error: { code?: string; message: string; name?: string },
  fields: FixtureOptions = {},
): RoundTripRecord {
  const {
    response: _response,
    connection: _connection,
    ...rest
  } = roundTrip({ durations: { queued: 0.3, dns: 2.3 } });
  const durations = fields.durations === undefined ? {} : { phases: phasesOf(fields.durations) };
  const { durations: _durations, ...own } = fields;
  const phases = durations.phases ?? rest.phases;
  return {
    ...rest,
    phases,
    duration: phases.reduce((sum, one) => sum + one.duration, 0),
    outcome: 'error',
    error: { name: 'Error', ...error, phase },
    ...own,
  };
}

/** Two addresses, both refused. */
export const refused = failedRoundTrip(
  'connect',
  { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 127.0.0.1:81' },
  {
    durations: { queued: 0.3, dns: 2.3, connect: 0.6 },
    request: { method: 'GET', url: 'http://localhost:81/', httpVersion: '1.1', header: [] },
    dial: {
      used: false,
      host: 'localhost',
      addresses: ['::1', '127.0.0.1'],
      attempts: ['[::1]:81', '127.0.0.1:81'].map((addr, index) => ({
        network: 'tcp' as const,
        addr,
        start: 2.6 + index * 0.3,
        duration: 0.3,
        error: { name: 'Error', message: `connect ECONNREFUSED ${addr}`, code: 'ECONNREFUSED' },
      })),
    },
  },
);

/** The certificate ran out three days ago. */
export const expired = failedRoundTrip(
  'tls',
  { code: 'CERT_HAS_EXPIRED', message: 'certificate has expired' },
  {
    durations: { queued: 0.3, dns: 2.3, connect: 8.2, tls: 22.9 },
    client: { name: 'https', version: '20.20.2' },
    request: { method: 'GET', url: 'https://example.test/', httpVersion: '1.1', header: [] },
    dial: {
      used: false,
      host: 'example.test',
      addresses: ['93.184.216.34'],
      attempts: [{ network: 'tcp', addr: '93.184.216.34:443', start: 2.6, duration: 8.2 }],
      tls: {
        ...tls,
        authorized: false,
        authorizationError: 'CERT_HAS_EXPIRED',
        certificate: { ...tls.certificate!, validTo: WALL_TIME - 2.5 * DAY },
      },
    },
  },
);
