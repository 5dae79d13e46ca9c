import type {
  AttemptRecord,
  ConnectionRecord,
  ConnectionUse,
  Phase,
  PhaseName,
  RecordedEvent,
  RoundTripRecord,
  TLSRecord,
} from '../../src/record/types.ts';

/** What a program did, made up: the same seed gives the same trace. */
export interface SampleOptions {
  readonly requests: number;
  readonly origins?: number;
  readonly processes?: number;
  readonly seed?: number;
  /** Milliseconds from the first request to the last, about. */
  readonly span?: number;
}

interface Origin {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly address: string;
  readonly secure: boolean;
  readonly http2: boolean;
  readonly keepAlive: boolean;
  readonly pool: number;
  readonly roundTripTime: number;
  readonly think: number;
  readonly connections: Line[];
}

/** A connection while the trace is made. */
interface Line {
  readonly id: string;
  readonly number: number;
  readonly openedBy: string;
  readonly opened: number;
  readonly process: number;
  served: number;
  free: number;
}

const STARTED = Date.UTC(2026, 10, 20, 14, 3, 7, 250);
const NAMES = ['api', 'auth', 'assets', 'search', 'billing', 'images', 'events', 'registry', 'mail', 'geo'];
const PATHS = [
  '/v1/users/:id',
  '/v1/orders',
  '/v1/orders/:id/items',
  '/health',
  '/token',
  '/search?q=[redacted]',
  '/a/very/long/path/that/goes/on/until/nobody/reads/it/any/more/:id.json',
  '/',
];
const METHODS = ['GET', 'GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE', 'HEAD'];
const STATUSES: readonly (readonly [number, string])[] = [
  [200, 'OK'],
  [200, 'OK'],
  [200, 'OK'],
  [200, 'OK'],
  [200, 'OK'],
  [200, 'OK'],
  [201, 'Created'],
  [204, 'No Content'],
  [304, 'Not Modified'],
  [302, 'Found'],
  [404, 'Not Found'],
  [429, 'Too Many Requests'],
  [500, 'Internal Server Error'],
  [503, 'Service Unavailable'],
];

/** Round trips and, at its end, each connection, in the order in which a program would write them. */
export function sampleTrace(options: SampleOptions): (RoundTripRecord | ConnectionRecord)[] {
  return new Sample(options).lines();
}

class Sample {
  readonly #options: Required<SampleOptions>;
  readonly #origins: readonly Origin[];
  #state: number;
  #connections = 0;

  constructor(options: SampleOptions) {
    this.#options = {
      origins: Math.min(NAMES.length, Math.max(1, Math.ceil(options.requests / 20))),
      processes: 1,
      seed: 1,
      span: Math.max(400, options.requests * 6),
      ...options,
    };
    this.#state = this.#options.seed;
    this.#origins = Array.from({ length: this.#options.origins }, (_, index) => this.#origin(index));
  }

  lines(): (RoundTripRecord | ConnectionRecord)[] {
    const { requests, span } = this.#options;
    const starts = Array.from({ length: requests }, () => this.#random() ** 1.3 * span).sort((a, b) => a - b);
    const records = starts.map((start, index) => this.#roundTrip(index + 1, start));
    const closing = this.#origins.flatMap((origin) =>
      origin.connections.map((line) => this.#connectionRecord(origin, line)),
    );
    return [...records, ...closing];
  }

  #origin(index: number): Origin {
    const secure = index % 4 !== 3;
    const name = NAMES[index % NAMES.length] ?? 'host';
    const host = index < NAMES.length ? `${name}.example.com` : `${name}-${index}.example.net`;
    const port = secure ? 443 : 8080;
    return {
      url: secure ? `https://${host}` : `http://${host}:8080`,
      host,
      port,
      address: `203.0.113.${(index % 250) + 1}`,
      secure,
      http2: secure && index % 3 === 2,
      keepAlive: index % 5 !== 4,
      pool: index % 4 === 0 ? 4 : 12,
      roundTripTime: 4 + ((index * 17) % 60),
      think: 8 + ((index * 29) % 90),
      connections: [],
    };
  }

  #roundTrip(number: number, start: number): RoundTripRecord {
    const index = Math.floor(this.#random() ** 2 * this.#origins.length);
    const origin = this.#origins[index] as Origin; // the index is below the length
    const process = number % this.#options.processes;
    const id = `${4100 + process}-0-${number}`;
    const chance = this.#random();
    if (chance < 0.004) return this.#failedDial(number, id, start, process, origin);
    if (chance < 0.008) return this.#intercepted(number, id, start, process, origin);
    const phases = new PhaseList();
    const { line, dialled, wasIdle } = this.#connect(origin, id, start, process, phases);
    const served = line.served++;
    phases.add('send', 0.05 + this.#random() * 0.4);
    phases.add('wait', origin.roundTripTime + origin.think * (0.4 + 3 * this.#random() ** 4));
    const failed = chance > 0.985;
    if (!failed) phases.add('receive', 0.1 + 20 * this.#random() ** 5);
    const duration = phases.end;
    const end = start + duration;
    line.free = origin.http2 ? 0 : origin.keepAlive && !failed ? end : Number.POSITIVE_INFINITY;
    const incomplete = !failed && chance > 0.982;
    const [status, statusText] = STATUSES[Math.floor(this.#random() * STATUSES.length)] as readonly [
      number,
      string,
    ]; // as above
    const reused = served > 0;
    const connection: ConnectionUse = {
      id: line.id,
      openedBy: line.openedBy,
      reused,
      wasIdle,
      ...(wasIdle && { idleTime: round(3 + this.#random() * 50) }),
      served,
      protocol: origin.http2 ? 'h2' : 'http/1.1',
      transport: 'tcp',
      local: { address: '192.0.2.10', port: 40_000 + line.number },
      remote: { address: origin.address, port: origin.port },
      ...(origin.secure && { tls: tlsOf(origin) }),
      after: failed ? 'closed' : origin.keepAlive ? 'kept' : 'closed',
      ...(failed
        ? { closeReason: 'error' }
        : !origin.keepAlive && { closeReason: 'the server sent Connection: close' }),
    };
    return {
      ...this.#common(number, id, start, process, origin),
      duration,
      phases: phases.list,
      events: eventsOf(start, phases.list, dialled),
      informational:
        number % 37 === 0
          ? [
              {
                status: 103,
                time: round(start + duration * 0.6),
                header: [['link', '</style.css>; rel=preload; as=style']],
              },
            ]
          : [],
      ...(!failed &&
        !incomplete && {
          response: {
            status,
            statusText: origin.http2 ? '' : statusText,
            httpVersion: origin.http2 ? '2' : '1.1',
            header: [
              ['date', 'Fri, 20 Nov 2026 14:03:08 GMT'],
              ['content-type', 'application/json; charset=utf-8'],
              ['content-length', String(Math.floor(this.#random() * 90_000))],
              ['set-cookie', '[redacted]'],
              ['x-request-id', Math.floor(this.#random() * 2 ** 40).toString(36)],
              ['server-timing', 'db;dur=12.5, cache;desc="hit"'],
              ['vary', 'accept-encoding, origin'],
              ['strict-transport-security', 'max-age=31536000; includeSubDomains'],
            ],
            trailers: [],
            serverTiming: [
              { name: 'db', duration: 12.5 },
              { name: 'cache', description: 'hit' },
            ],
            wireBytes: 420 + Math.floor(this.#random() * 90_000),
            bodyBytes: Math.floor(this.#random() * 90_000),
          },
        }),
      connection,
      ...(dialled && { dial: dialOf(origin, phases.list, number) }),
      outcome: failed ? 'error' : incomplete ? 'incomplete' : 'ok',
      ...(failed && {
        error: {
          name: 'TypeError',
          message: 'fetch failed',
          phase: 'wait',
          cause: { name: 'Error', message: 'read ECONNRESET', code: 'ECONNRESET', syscall: 'read' },
        },
      }),
      callSite: ['loadOrders (/srv/shop/src/orders.ts:41:18)', 'handle (/srv/shop/src/server.ts:112:5)'],
    };
  }

  #connect(
    origin: Origin,
    id: string,
    start: number,
    process: number,
    phases: PhaseList,
  ): { line: Line; dialled: boolean; wasIdle: boolean } {
    const own = origin.connections.filter(
      (line) => line.process === process && line.free !== Number.POSITIVE_INFINITY,
    );
    const idle = own.findLast((line) => line.free <= start);
    if (idle !== undefined) {
      phases.add('queued', 0.02 + this.#random() * 0.05);
      return { line: idle, dialled: false, wasIdle: !origin.http2 };
    }
    if (own.length < origin.pool) {
      phases.add('queued', 0.05 + this.#random() * 0.2);
      phases.add('dns', 0.3 + 18 * this.#random() ** 4);
      phases.add('connect', origin.roundTripTime * (0.9 + 0.2 * this.#random()));
      if (origin.secure) phases.add('tls', origin.roundTripTime * (1.1 + 0.5 * this.#random()));
      const number = ++this.#connections;
      const line: Line = {
        id: `${4100 + process}-0-c${number}`,
        number,
        openedBy: id,
        opened: start + phases.end,
        process,
        served: 0,
        free: 0,
      };
      origin.connections.push(line);
      return { line, dialled: true, wasIdle: false };
    }
    const line = own.reduce((first, other) => (other.free < first.free ? other : first));
    phases.add('queued', line.free - start);
    return { line, dialled: false, wasIdle: false };
  }

  #common(number: number, id: string, start: number, process: number, origin: Origin) {
    const path = (PATHS[Math.floor(this.#random() * PATHS.length)] ?? '/').replace(
      ':id',
      String(1000 + (number % 700)),
    );
    return {
      type: 'roundTrip',
      version: 1,
      id,
      call: { id, attempt: 1, reason: 'first', known: number % 2 === 0 },
      process: processOf(process),
      client:
        number % 3 === 0 ? { name: 'fetch', version: '7.29.1' } : { name: 'node:http', version: 'v24.21.0' },
      intercepted: false,
      wallTime: round(STARTED + start + process * 3),
      start: round(60 + start),
      request: {
        method: METHODS[Math.floor(this.#random() * METHODS.length)] ?? 'GET',
        url: origin.url + path,
        httpVersion: origin.http2 ? '2' : '1.1',
        header: [
          ['host', origin.host],
          ['accept', 'application/json'],
          ['authorization', '[redacted]'],
          ['user-agent', 'shop/4.2.0'],
          ['accept-encoding', 'gzip, deflate, br'],
        ],
        wireBytes: 180 + Math.floor(this.#random() * 400),
      },
    } as const;
  }

  #failedDial(number: number, id: string, start: number, process: number, origin: Origin): RoundTripRecord {
    const phases = new PhaseList();
    phases.add('dns', 2 + 5 * this.#random());
    const connectStart = phases.end;
    phases.add('connect', 251);
    const error = {
      name: 'Error',
      message: `connect ECONNREFUSED ${origin.address}:${origin.port}`,
      code: 'ECONNREFUSED',
      syscall: 'connect',
    };
    return {
      ...this.#common(number, id, start, process, origin),
      duration: phases.end,
      phases: phases.list,
      events: [],
      informational: [],
      dial: {
        used: false,
        host: origin.host,
        addresses: ['2001:db8::1', origin.address],
        attempts: [
          {
            network: 'tcp',
            addr: `[2001:db8::1]:${origin.port}`,
            start: connectStart,
            duration: 250,
            error: { name: 'Error', message: 'timed out', code: 'ETIMEDOUT' },
          },
          {
            network: 'tcp',
            addr: `${origin.address}:${origin.port}`,
            start: round(connectStart + 250),
            duration: 1,
            error,
          },
        ],
      },
      outcome: 'error',
      error: { ...error, phase: 'connect' },
    };
  }

  #intercepted(number: number, id: string, start: number, process: number, origin: Origin): RoundTripRecord {
    return {
      ...this.#common(number, id, start, process, origin),
      intercepted: true,
      duration: 0.4,
      phases: [{ name: 'wait', start: 0, duration: 0.4 }],
      events: [],
      informational: [],
      response: {
        status: 200,
        statusText: 'OK',
        httpVersion: '1.1',
        header: [],
        trailers: [],
        serverTiming: [],
      },
      outcome: 'ok',
    };
  }

  #connectionRecord(origin: Origin, line: Line): ConnectionRecord {
    const open = origin.keepAlive && line.free !== Number.POSITIVE_INFINITY;
    return {
      type: 'connection',
      version: 1,
      id: line.id,
      process: processOf(line.process),
      openedBy: line.openedBy,
      opened: round(60 + line.opened),
      wallTime: round(STARTED + line.opened + line.process * 3),
      served: line.served,
      protocol: origin.http2 ? 'h2' : 'http/1.1',
      transport: 'tcp',
      local: { address: '192.0.2.10', port: 40_000 + line.number },
      remote: { address: origin.address, port: origin.port },
      ...(origin.secure && { tls: tlsOf(origin) }),
      ...(!open && { closed: { time: round(60 + line.opened + 400), reason: 'response' as const } }),
    };
  }

  /** Mulberry32: small, and the same everywhere. */
  #random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

class PhaseList {
  readonly list: Phase[] = [];
  end = 0;

  add(name: PhaseName, duration: number): void {
    const rounded = round(duration);
    if (rounded <= 0) return;
    this.list.push({ name, start: this.end, duration: rounded });
    this.end = round(this.end + rounded);
  }
}

function processOf(process: number) {
  return { pid: 4100 + process, threadId: 0, node: 'v24.21.0' };
}

function tlsOf(origin: Origin): TLSRecord {
  return {
    version: 'TLSv1.3',
    cipher: 'TLS_AES_128_GCM_SHA256',
    alpnProtocol: origin.http2 ? 'h2' : 'http/1.1',
    serverName: origin.host,
    resumed: false,
    authorized: true,
    certificate: {
      subject: `CN=${origin.host}`,
      issuer: 'C=US, O=Example Trust, CN=Example Issuing CA 3',
      subjectAltName: `DNS:${origin.host}, DNS:*.${origin.host}`,
      validFrom: STARTED - 40 * 86_400_000,
      validTo: STARTED + 50 * 86_400_000,
      fingerprint256:
        'AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89',
    },
  };
}

function dialOf(origin: Origin, phases: readonly Phase[], number: number) {
  const connect = phases.find((phase) => phase.name === 'connect');
  const start = connect?.start ?? 0;
  const attempt: AttemptRecord = {
    network: 'tcp',
    addr: `${origin.address}:${origin.port}`,
    start,
    duration: connect?.duration ?? 0,
  };
  const refused: AttemptRecord = {
    network: 'tcp',
    addr: `[2001:db8::${number}]:${origin.port}`,
    start,
    duration: 0.3,
    error: { name: 'Error', message: 'connect ENETUNREACH', code: 'ENETUNREACH', syscall: 'connect' },
  };
  return {
    used: true,
    host: origin.host,
    addresses: [origin.address],
    attempts: number % 11 === 0 ? [refused, attempt] : [attempt],
    ...(origin.secure && { tls: tlsOf(origin) }),
  };
}

function eventsOf(start: number, phases: readonly Phase[], dialled: boolean): RecordedEvent[] {
  const names = dialled
    ? [
        'roundTripStart',
        'getConn',
        'dnsStart',
        'dnsDone',
        'connectStart',
        'connectDone',
        'tlsHandshakeStart',
        'tlsHandshakeDone',
      ]
    : ['roundTripStart', 'getConn'];
  const all = [
    ...names,
    'gotConn',
    'wroteHeaders',
    'wroteRequest',
    'gotFirstResponseByte',
    'gotResponse',
    'gotLastResponseByte',
    'putIdleConn',
    'roundTripDone',
  ];
  const duration = phases.reduce((sum, phase) => sum + phase.duration, 0);
  return all.map((name, index) => ({ name, time: round(60 + start + (duration * index) / all.length) }));
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
