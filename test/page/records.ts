import type { RoundTripRecord } from '../../src/record/types.ts';

/** What a test says of a round trip; the rest is ordinary. */
export interface RoundTripSpec {
  readonly id: string;
  /** Milliseconds after the first. */
  readonly start?: number;
  readonly duration?: number;
  readonly method?: string;
  readonly url?: string;
  readonly status?: number;
  /** Code of what went wrong. */
  readonly error?: string;
  readonly outcome?: RoundTripRecord['outcome'];
  readonly intercepted?: boolean;
  readonly reused?: boolean;
  /** Id of its connection. */
  readonly connection?: string;
  /** Milliseconds before it got one. */
  readonly queued?: number;
  readonly pid?: number;
}

const WALL_TIME = Date.UTC(2026, 10, 20, 14, 3, 7);

export function roundTrip(spec: RoundTripSpec): RoundTripRecord {
  const { id, start = 0, duration = 10, error, queued = 0, intercepted = false } = spec;
  const outcome = spec.outcome ?? (error === undefined ? 'ok' : 'error');
  return {
    type: 'roundTrip',
    version: 1,
    id,
    call: { id, attempt: 1, reason: 'first', known: true },
    process: { pid: spec.pid ?? 4100, threadId: 0, node: 'v24.21.0' },
    client: { name: 'node:http', version: 'v24.21.0' },
    intercepted,
    wallTime: WALL_TIME + start,
    start: 50 + start,
    duration,
    phases: [
      ...(queued > 0 ? [{ name: 'queued' as const, start: 0, duration: queued }] : []),
      { name: 'wait', start: queued, duration: duration - queued },
    ],
    events: [],
    request: {
      method: spec.method ?? 'GET',
      url: spec.url ?? 'https://a.example/',
      httpVersion: '1.1',
      header: [],
    },
    informational: [],
    ...(outcome === 'ok' && {
      response: {
        status: spec.status ?? 200,
        statusText: '',
        httpVersion: '1.1',
        header: [],
        trailers: [],
        serverTiming: [],
      },
    }),
    ...(!intercepted && {
      connection: {
        id: spec.connection ?? '4100-0-c1',
        reused: spec.reused ?? false,
        wasIdle: false,
        served: 0,
        protocol: 'http/1.1',
        transport: 'tcp',
      },
    }),
    outcome,
    ...(error !== undefined && { error: { name: 'Error', message: `read ${error}`, code: error } }),
  };
}
