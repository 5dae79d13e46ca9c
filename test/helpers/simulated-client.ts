import type {
  AttemptRecord,
  ConnectionRecord,
  ConnectionUse,
  HeaderField,
  Phase,
  PhaseName,
  RoundTripRecord,
  TLSRecord,
} from '../../src/record/types.ts';
import type { TraceLine } from '../../src/trace-file/types.ts';

/** 2026-11-20T00:00:00Z */
export const WALL_TIME = 1_795_132_800_000;

/** How the client, the network and the server behave. Times are milliseconds. */
export interface Behaviour {
  readonly origin: string;
  readonly client: string;
  readonly pid: number;
  /** False: the client asks for `Connection: close`. */
  readonly keepAlive: boolean;
  /** The server sends `Connection: close`. */
  readonly serverCloses: boolean;
  /** An idle connection is closed after this. */
  readonly idleTimeout: number;
  /** `Keep-Alive` field of responses. */
  readonly keepAliveField: string | undefined;
  readonly connections: number;
  /** Each request has a pool of its own, whose connection nobody uses again. */
  readonly poolEach: boolean;
  readonly protocol: 'http/1.1' | 'h2';
  readonly dns: number;
  readonly connect: number;
  /** Undefined: no TLS. */
  readonly tls: number | undefined;
  readonly resumes: boolean;
  /** Time of the server's answer to the request number n. */
  readonly wait: (n: number) => number;
  readonly receive: number;
  readonly bodyBytes: number;
  readonly status: (n: number) => number;
  readonly responseHeader: readonly HeaderField[];
  /** Addresses that are tried first, and what becomes of the attempts. */
  readonly deadAddresses: readonly (Partial<AttemptRecord> & {
    readonly addr: string;
    readonly duration: number;
  })[];
  /** Left of 90. */
  readonly certificateDays: number;
  /** Share of the wait in which the event loop is busy, 0 to 1. */
  readonly busy: number;
  /** Connections are not told of. */
  readonly silent: boolean;
}

export const HEALTHY: Behaviour = {
  origin: 'https://api.example.test',
  client: 'undici',
  pid: 4711,
  keepAlive: true,
  serverCloses: false,
  idleTimeout: 4000,
  keepAliveField: undefined,
  connections: Infinity,
  poolEach: false,
  protocol: 'http/1.1',
  dns: 1.5,
  connect: 8,
  tls: 17,
  resumes: true,
  wait: () => 24,
  receive: 1.2,
  bodyBytes: 2400,
  status: () => 200,
  responseHeader: [['Content-Type', 'application/json']],
  deadAddresses: [],
  certificateDays: 60,
  busy: 0,
  silent: false,
};

/** One request to be sent. */
export interface PlannedRequest {
  /** Milliseconds from the run's beginning. */
  readonly at: number;
  readonly method?: string;
  readonly path?: string;
  /** Fields that replace those of the record. */
  readonly change?: (record: RoundTripRecord) => RoundTripRecord;
}

interface SimulatedConnection {
  readonly id: string;
  readonly openedBy: string;
  readonly opened: number;
  readonly tls: TLSRecord | undefined;
  served: number;
  freeAt: number;
  closed: boolean;
}

/** `count` requests, one each `every` milliseconds. */
export function each(every: number, count: number, more: Omit<PlannedRequest, 'at'> = {}): PlannedRequest[] {
  return Array.from({ length: count }, (_, n) => ({ at: n * every, ...more }));
}

/** The lines of a run in which a client sends these requests, in the order in which a recorder would give them. */
export function simulate(
  requests: readonly PlannedRequest[],
  behaviour: Partial<Behaviour> = {},
): TraceLine[] {
  return new SimulatedClient({ ...HEALTHY, ...behaviour }).run(requests);
}

class SimulatedClient {
  readonly #as: Behaviour;
  readonly #connections: SimulatedConnection[] = [];
  readonly #lines: { readonly time: number; readonly line: TraceLine }[] = [];
  #ids = 0;
  #hasSession = false;

  constructor(behaviour: Behaviour) {
    this.#as = behaviour;
  }

  run(requests: readonly PlannedRequest[]): TraceLine[] {
    for (const [n, request] of requests.entries()) this.#send(request, n);
    const last = Math.max(0, ...this.#connections.map(({ freeAt }) => freeAt));
    if (this.#as.idleTimeout < Infinity) this.#closeIdle(last + this.#as.idleTimeout + 1);
    return this.#lines.sort((a, b) => a.time - b.time).map(({ line }) => line);
  }

  #send(request: PlannedRequest, n: number): void {
    const as = this.#as;
    const { at } = request;
    this.#closeIdle(at);
    const id = this.#nextId();
    const durations: Partial<Record<PhaseName, number>> = {};
    const existing = as.poolEach ? undefined : this.#existing(at);
    const queued = existing === undefined ? 0.1 : Math.max(0.05, existing.freeAt - at);
    durations.queued = queued;
    const connection = existing ?? this.#dial(id, at, durations);
    const idleSince = connection.freeAt;
    const wasIdle = existing !== undefined && existing.freeAt <= at;
    const wait = as.wait(n);
    Object.assign(durations, { send: 0.1, wait, receive: as.receive });
    const phases = phasesOf(durations, as.busy);
    const duration = phases.reduce((sum, phase) => sum + phase.duration, 0);
    const end = at + duration;
    const use: ConnectionUse = {
      id: connection.id,
      openedBy: connection.openedBy,
      reused: connection.served > 0,
      wasIdle,
      ...(wasIdle ? { idleTime: at - idleSince } : {}),
      served: connection.served,
      protocol: as.protocol,
      transport: 'tcp',
      remote: { address: '192.0.2.10', port: 443 },
      ...(connection.tls === undefined ? {} : { tls: connection.tls }),
      after: as.keepAlive && !as.serverCloses ? 'kept' : 'closed',
      ...(as.keepAlive && !as.serverCloses ? {} : { closeReason: 'response' }),
    };
    const record: RoundTripRecord = {
      type: 'roundTrip',
      version: 1,
      id,
      call: { id, attempt: 1, reason: 'first', known: false },
      process: { pid: as.pid, threadId: 0, node: 'v20.20.2' },
      client: { name: as.client, version: '7.30.2' },
      intercepted: false,
      wallTime: WALL_TIME + at,
      start: 100 + at,
      duration,
      phases,
      events: [],
      request: {
        method: request.method ?? 'GET',
        url: `${as.origin}${request.path ?? `/items/${n}`}`,
        httpVersion: as.protocol === 'h2' ? '2' : '1.1',
        header: as.protocol === 'h2' ? [] : [['Connection', as.keepAlive ? 'keep-alive' : 'close']],
      },
      informational: [],
      response: {
        status: as.status(n),
        statusText: '',
        httpVersion: as.protocol === 'h2' ? '2' : '1.1',
        header: this.#responseHeader(),
        trailers: [],
        serverTiming: [],
        bodyBytes: as.bodyBytes,
      },
      connection: use,
      ...(existing === undefined ? { dial: this.#dialRecord(at, durations) } : {}),
      outcome: 'ok',
    };
    connection.served++;
    connection.freeAt = as.protocol === 'h2' ? at : Math.max(end, connection.freeAt);
    this.#lines.push({ time: end, line: request.change?.(record) ?? record });
    if (use.after === 'closed') this.#close(connection, end, 'response');
  }

  #existing(at: number): SimulatedConnection | undefined {
    const as = this.#as;
    const open = this.#connections.filter((one) => !one.closed);
    if (as.protocol === 'h2') return open[0];
    const idle = open.findLast((one) => one.freeAt <= at);
    if (idle !== undefined || open.length < as.connections) return idle;
    return open.reduce((first, one) => (one.freeAt < first.freeAt ? one : first));
  }

  #dial(owner: string, at: number, durations: Partial<Record<PhaseName, number>>): SimulatedConnection {
    const as = this.#as;
    durations.dns = as.dns;
    durations.connect = as.connect + as.deadAddresses.reduce((sum, one) => sum + one.duration, 0);
    const resumed = as.tls !== undefined && as.resumes && this.#hasSession;
    if (as.tls !== undefined) durations.tls = resumed ? as.tls * 0.6 : as.tls;
    const connection: SimulatedConnection = {
      id: this.#nextId(),
      openedBy: owner,
      opened: at + as.dns + as.connect,
      tls: as.tls === undefined ? undefined : tlsRecord(as, resumed),
      served: 0,
      freeAt: at,
      closed: false,
    };
    this.#hasSession = true;
    this.#connections.push(connection);
    return connection;
  }

  #dialRecord(
    at: number,
    durations: Partial<Record<PhaseName, number>>,
  ): NonNullable<RoundTripRecord['dial']> {
    const as = this.#as;
    let start = 0.1 + (durations.dns ?? 0);
    const attempts: AttemptRecord[] = as.deadAddresses.map((dead) => {
      const attempt: AttemptRecord = {
        network: 'tcp',
        start,
        error: {
          name: 'Error',
          message: `connect ETIMEDOUT ${dead.addr}`,
          code: 'ETIMEDOUT',
          syscall: 'connect',
        },
        ...dead,
      };
      start += dead.duration;
      return attempt;
    });
    attempts.push({ network: 'tcp', addr: '192.0.2.10:443', start, duration: as.connect });
    return {
      used: true,
      host: new URL(as.origin).hostname,
      addresses: attempts.map(({ addr }) => addr.replace(/:\d+$/, '')),
      attempts,
      ...(as.tls === undefined ? {} : { tls: tlsRecord(as, as.resumes && at > 0) }),
    };
  }

  #responseHeader(): HeaderField[] {
    const { responseHeader, serverCloses, keepAlive, keepAliveField, protocol } = this.#as;
    if (protocol === 'h2') return [...responseHeader];
    const header: HeaderField[] = [...responseHeader];
    header.push(['Connection', serverCloses || !keepAlive ? 'close' : 'keep-alive']);
    if (keepAliveField !== undefined) header.push(['Keep-Alive', keepAliveField]);
    return header;
  }

  #closeIdle(now: number): void {
    for (const connection of this.#connections) {
      const end = connection.freeAt + this.#as.idleTimeout;
      if (!connection.closed && end < now) this.#close(connection, end, 'idle');
    }
  }

  #close(connection: SimulatedConnection, time: number, reason: 'idle' | 'response'): void {
    connection.closed = true;
    if (this.#as.silent) return;
    const { id, openedBy, opened, served, tls } = connection;
    const line: ConnectionRecord = {
      type: 'connection',
      version: 1,
      id,
      process: { pid: this.#as.pid, threadId: 0, node: 'v20.20.2' },
      openedBy,
      opened: 100 + opened,
      wallTime: WALL_TIME + opened,
      served,
      protocol: this.#as.protocol,
      transport: 'tcp',
      remote: { address: '192.0.2.10', port: 443 },
      ...(tls === undefined ? {} : { tls }),
      closed: { time: 100 + time, reason },
    };
    this.#lines.push({ time: time + 0.001, line });
  }

  #nextId(): string {
    return `${this.#as.pid}-0-${++this.#ids}`;
  }
}

function phasesOf(durations: Partial<Record<PhaseName, number>>, busy: number): Phase[] {
  const phases: (Phase & { busy?: number })[] = [];
  let start = 0;
  const order: PhaseName[] = ['queued', 'dns', 'connect', 'proxy', 'tls', 'send', 'wait', 'receive'];
  for (const name of order) {
    const duration = durations[name];
    if (duration === undefined || duration === 0) continue;
    phases.push({ name, start, duration, ...(name === 'wait' && busy > 0 ? { busy: duration * busy } : {}) });
    start += duration;
  }
  return phases;
}

function tlsRecord({ certificateDays, protocol }: Behaviour, resumed: boolean): TLSRecord {
  const day = 86_400_000;
  return {
    version: 'TLSv1.3',
    cipher: 'TLS_AES_256_GCM_SHA384',
    alpnProtocol: protocol,
    serverName: 'api.example.test',
    resumed,
    authorized: true,
    certificate: {
      subject: 'CN=api.example.test',
      issuer: 'CN=Example CA',
      subjectAltName: 'DNS:api.example.test',
      validFrom: WALL_TIME - (90 - certificateDays) * day,
      validTo: WALL_TIME + certificateDays * day,
      fingerprint256: 'AA:BB',
    },
  };
}
