import { describe, expect, it } from 'vitest';
import type { Finding, FindingKind } from '../../src/analyze/findings/finding.ts';
import { Summarizer } from '../../src/analyze/summarizer.ts';
import type { RoundTripRecord } from '../../src/record/types.ts';
import type { TraceLine } from '../../src/trace-file/types.ts';
import { each, simulate, type PlannedRequest } from '../helpers/simulated-client.ts';

function findingsIn(lines: readonly TraceLine[]): readonly Finding[] {
  const summarizer = new Summarizer();
  for (const line of lines) summarizer.add(line);
  return summarizer.summary().findings;
}

function kindsIn(lines: readonly TraceLine[]): FindingKind[] {
  return findingsIn(lines).map(({ kind }) => kind);
}

function only(lines: readonly TraceLine[], kind: FindingKind): Finding {
  const found = findingsIn(lines).filter((finding) => finding.kind === kind);
  expect(found.map((finding) => finding.title)).toHaveLength(1);
  return found[0]!;
}

/** `count` requests at a time, in rounds. */
function rounds(every: number, number: number, count: number): PlannedRequest[] {
  return Array.from({ length: number * count }, (_, n) => ({
    at: Math.floor(n / count) * every + (n % count) * 0.1,
  }));
}

/** Each begins when the one before has ended. */
function oneAfterTheOther(
  count: number,
  duration: number,
  path = (n: number) => `/items/${n}`,
): PlannedRequest[] {
  return Array.from({ length: count }, (_, n) => ({ at: n * (duration + 0.5), path: path(n) }));
}

function failing(
  error: NonNullable<RoundTripRecord['error']>,
  isFailing: (n: number) => boolean = () => true,
): (request: PlannedRequest, n: number) => PlannedRequest {
  return (request, n) =>
    isFailing(n) ? { ...request, change: (record) => ({ ...record, outcome: 'error', error }) } : request;
}

function withoutResponse(record: RoundTripRecord): RoundTripRecord {
  const { response: _response, ...rest } = record;
  return rest;
}

describe('a healthy run has no findings:', () => {
  it.each<[string, readonly TraceLine[]]>([
    ['one request', simulate(each(1, 1))],
    ['one connection for all', simulate(each(100, 500))],
    ['many at a time, in rounds', simulate(rounds(1000, 20, 30))],
    ['many at a time, once', simulate(rounds(1000, 1, 100))],
    ['HTTP/2', simulate(rounds(500, 20, 30), { protocol: 'h2' })],
    [
      'plain HTTP to this machine',
      simulate(each(20, 300), {
        origin: 'http://127.0.0.1:3000',
        tls: undefined,
        dns: 0,
        connect: 0.2,
        wait: () => 0.8,
      }),
    ],
    ['several processes', [...simulate(each(50, 100)), ...simulate(each(50, 100), { pid: 2 })]],
    [
      'a poll a minute, whose connection cannot be kept',
      simulate(each(60_000, 60), { idleTimeout: 5000, keepAlive: false }),
    ],
    [
      'a poll every five minutes',
      simulate(each(300_000, 60), { idleTimeout: 5000, keepAliveField: 'timeout=5' }),
    ],
    ['a certificate with two weeks left', simulate(each(50, 20), { certificateDays: 15 })],
    [
      'not found, often, as the program asks',
      simulate(each(50, 100), { status: (n) => (n % 2 === 0 ? 404 : 200) }),
    ],
    [
      'a few failures among many',
      simulate(
        each(50, 400).map(
          failing({ name: 'Error', message: 'x', code: 'ECONNRESET', phase: 'wait' }, (n) => n % 200 === 7),
        ),
      ),
    ],
    [
      'requests that the program aborted',
      simulate(
        each(50, 100).map(
          failing(
            { name: 'AbortError', message: 'This operation was aborted', phase: 'wait' },
            (n) => n % 10 === 7,
          ),
        ),
      ),
    ],
    ['a slow request now and then', simulate(each(2000, 50), { wait: (n) => (n % 10 === 0 ? 900 : 20) })],
    [
      'localhost that refuses IPv6 first',
      simulate(each(3000, 40), { deadAddresses: [{ addr: '[::1]:443', duration: 0.3 }], poolEach: false }),
    ],
    ['a busy client with fast requests', simulate(each(2, 500), { wait: () => 1, receive: 0.1, busy: 0.9 })],
    ['an hour of requests with gaps, on one connection', simulate(each(3500, 1000))],
    [
      'two pools of one client, each of which keeps its own',
      inOrder([...simulate(each(30, 100)), ...simulate(each(31, 100)).map(renamed)]),
    ],
  ])('%s', (_what, lines) => {
    expect(findingsIn(lines).map(({ kind, evidence }) => `${kind}: ${evidence}`)).toEqual([]);
  });
});

/** As a recorder that saw both would have given them. */
function inOrder(lines: readonly TraceLine[]): TraceLine[] {
  const endOf = (line: TraceLine): number => {
    if (line.type === 'roundTrip') return line.start + line.duration;
    return line.type === 'connection' ? (line.closed?.time ?? 0) : 0;
  };
  return [...lines].sort((a, b) => endOf(a) - endOf(b));
}

/** Ids of another pool of the same process. */
function renamed(line: TraceLine): TraceLine {
  return JSON.parse(JSON.stringify(line).replaceAll('"4711-0-', '"4711-0-9')) as TraceLine;
}

describe('agent-without-keep-alive', () => {
  it('is found when the client asks to close each connection', () => {
    const finding = only(
      simulate(each(200, 40), { client: 'https', keepAlive: false }),
      'agent-without-keep-alive',
    );
    expect(finding).toMatchObject({ severity: 'warning', origin: 'https://api.example.test' });
    expect(finding.evidence).toMatch(
      /^40 of 40 requests had a connection of their own.* 39 of them came within 3 s/,
    );
    expect(finding.advice).toContain('new https.Agent({ keepAlive: true })');
    expect(finding.records).toHaveLength(5);
    expect(finding.cost).toBeGreaterThan(500);
  });

  it('is found when an agent with a limit asks to keep connections and closes them', () => {
    const closing = each(200, 40, { change: withLength }).map((request) => request);
    const lines = simulate(closing, { client: 'https', poolEach: true });
    expect(only(lines, 'agent-without-keep-alive').title).toBe(
      'The client closes its connections after each request',
    );
  });

  it('is not found for less than five, or when most are kept', () => {
    expect(kindsIn(simulate(each(200, 5), { client: 'https', keepAlive: false }))).toEqual([]);
    const mixed = [
      ...simulate(each(100, 80), { client: 'https' }),
      ...simulate(each(500, 10), { client: 'https', keepAlive: false }),
    ];
    expect(kindsIn(mixed)).not.toContain('agent-without-keep-alive');
  });

  it('is not found for requests that all began at the same time', () => {
    expect(kindsIn(simulate(rounds(10_000, 2, 20), { client: 'https', keepAlive: false }))).toEqual([]);
  });
});

function withLength(record: RoundTripRecord): RoundTripRecord {
  return {
    ...record,
    connection: { ...record.connection!, after: 'closed', closeReason: 'response' },
    response: {
      ...record.response!,
      header: [
        ['Content-Length', '3'],
        ['Connection', 'keep-alive'],
      ],
    },
  };
}

describe('server-closes', () => {
  it('is found when the server sends Connection: close', () => {
    const finding = only(simulate(each(200, 40), { serverCloses: true }), 'server-closes');
    expect(finding.evidence).toContain('the server closed it after 40 of 40 responses');
    expect(kindsIn(simulate(each(200, 40), { serverCloses: true }))).not.toContain(
      'agent-without-keep-alive',
    );
  });

  it('is found when it speaks HTTP/1.0', () => {
    const old = each(200, 20, {
      change: (record) => ({ ...record, response: { ...record.response!, httpVersion: '1.0', header: [] } }),
    });
    expect(only(simulate(old), 'server-closes').evidence).toContain('answered with HTTP/1.0 and closed');
  });

  it('is not found when it closes now and then, or when the client wanted it', () => {
    const seldom = each(200, 100).map((request, n): PlannedRequest =>
      n % 20 === 0
        ? {
            ...request,
            change: (record) => ({
              ...record,
              response: { ...record.response!, header: [['Connection', 'close']] },
            }),
          }
        : request,
    );
    expect(kindsIn(simulate(seldom))).toEqual([]);
    expect(kindsIn(simulate(each(200, 40), { keepAlive: false }))).not.toContain('server-closes');
  });
});

describe('idle-timeout', () => {
  it('is found when connections are closed before the next request comes', () => {
    const finding = only(
      simulate(each(10_000, 12), { keepAliveField: 'timeout=5', idleTimeout: 5000, client: 'https' }),
      'idle-timeout',
    );
    expect(finding.evidence).toMatch(
      /^11 connections had to be opened .* after 5.00 s idle \(median\).* came 9.9\d s after .* Keep-Alive: timeout=5\.$/,
    );
    expect(finding.advice).toContain('server.keepAliveTimeout');
  });

  it('blames the limit of undici when the server announces none', () => {
    const finding = only(simulate(each(6000, 12), { idleTimeout: 4000 }), 'idle-timeout');
    expect(finding.advice).toContain('keepAliveTimeout: 30_000');
  });

  it('is found when the server announces less than clients can use', () => {
    const refused = each(300, 20, {
      change: (record) => ({
        ...record,
        connection: {
          ...record.connection!,
          after: 'closed',
          closeReason:
            'undici closed the connection: its server keeps it too shortly (Keep-Alive: timeout=1)',
        },
      }),
    });
    const finding = only(simulate(refused, { keepAliveField: 'timeout=1', poolEach: true }), 'idle-timeout');
    expect(finding.title).toContain('too shortly');
    expect(finding.evidence).toContain('timeout=1');
  });

  it('is not found for two, for gaps of minutes, or when new connections have other reasons', () => {
    expect(kindsIn(simulate(each(10_000, 3), { idleTimeout: 5000 }))).toEqual([]);
    expect(kindsIn(simulate(each(200_000, 20), { idleTimeout: 5000 }))).toEqual([]);
    // Bursts: the connections of the last one are closed, as many as are opened are needed at the same time.
    expect(kindsIn(simulate(rounds(1000, 30, 20), { idleTimeout: 5000 }))).toEqual([]);
  });
});

describe('pool-not-shared', () => {
  it('is found when each request has a pool of its own', () => {
    const finding = only(simulate(each(100, 40), { poolEach: true, idleTimeout: 60_000 }), 'pool-not-shared');
    expect(finding.evidence).toMatch(/^3\d of 40 requests opened a connection although another/);
    expect(finding.advice).toContain('one dispatcher');
  });

  it('is found with requests one right after the other', () => {
    const lines = simulate(oneAfterTheOther(40, 54), {
      poolEach: true,
      idleTimeout: 60_000,
      client: 'https',
    });
    expect(only(lines, 'pool-not-shared').advice).toContain('one agent');
  });

  it('is not found when the idle connection was taken by a request that took longer', () => {
    // Every second request takes the idle connection for long, the other one has to open its own.
    const lines = simulate(rounds(1000, 20, 2), { wait: (n) => (n % 2 === 0 ? 700 : 10), idleTimeout: 300 });
    expect(kindsIn(lines)).not.toContain('pool-not-shared');
  });
});

describe('too-few-kept', () => {
  const closeReason =
    'the agent closed the connection: it had ended, or as many were idle already as the agent keeps (maxFreeSockets 2)';
  const limited = rounds(200, 20, 6).map((request, n): PlannedRequest => {
    if (n % 6 < 2) return request;
    return {
      ...request,
      change: (record) => ({
        ...record,
        connection: { ...record.connection!, after: 'closed', closeReason },
      }),
    };
  });

  it('is found when the agent closes connections and opens new ones', () => {
    const finding = only(simulate(limited, { client: 'https', poolEach: true }), 'too-few-kept');
    expect(finding.evidence).toContain('80 connections were closed because 2 were idle already');
  });

  it('is not found with the default limit, whose message has other reasons mostly', () => {
    const usual = limited.map((request): PlannedRequest => ({
      ...request,
      change: (record) => {
        const changed = request.change?.(record) ?? record;
        const reason = changed.connection?.closeReason?.replace('maxFreeSockets 2', 'maxFreeSockets 256');
        return reason === undefined
          ? changed
          : { ...changed, connection: { ...changed.connection!, closeReason: reason } };
      },
    }));
    expect(kindsIn(simulate(usual, { client: 'https', poolEach: true }))).not.toContain('too-few-kept');
  });
});

describe('body-not-consumed', () => {
  const collected = {
    name: 'Error',
    message: 'Response object has been garbage collected',
    phase: 'receive',
  } as const;

  it('is found when responses of fetch were collected as garbage', () => {
    const lines = simulate(each(300, 20).map(failing(collected, (n) => n % 4 === 0)), { client: 'fetch' });
    const finding = only(lines, 'body-not-consumed');
    expect(finding).toMatchObject({ severity: 'warning', title: 'Bodies of responses are not read' });
    expect(finding.evidence).toContain('Of 20 responses 5 were collected as garbage');
    expect(kindsIn(lines)).not.toContain('errors');
  });

  it('is found when responses of node:http were complete and open at the end', () => {
    const unread = each(100, 6, {
      change: (record) => ({
        ...record,
        outcome: 'incomplete',
        events: [{ name: 'gotLastResponseByte', time: 1 }],
      }),
    });
    expect(
      only(simulate(unread, { client: 'http', poolEach: true }), 'body-not-consumed').evidence,
    ).toContain('6 had come completely');
  });

  it('is found when small bodies are cancelled', () => {
    const abort = { name: 'AbortError', message: 'The operation was aborted.', phase: 'receive' } as const;
    const cancelled = each(300, 20).map(failing(abort));
    const finding = only(
      simulate(cancelled, { responseHeader: [['Content-Length', '300']] }),
      'body-not-consumed',
    );
    expect(finding.severity).toBe('info');
    expect(kindsIn(simulate(cancelled, { responseHeader: [['Content-Length', '30000000']] }))).toEqual([]);
    expect(kindsIn(simulate(cancelled, { responseHeader: [['Content-Type', 'text/event-stream']] }))).toEqual(
      [],
    );
  });

  it('is not found for two, or for downloads that were under way at the end', () => {
    expect(kindsIn(simulate(each(300, 20).map(failing(collected, (n) => n % 10 === 0))))).toEqual([]);
    const open = each(100, 6, {
      change: (record) => ({ ...record, outcome: 'incomplete', events: [{ name: 'gotResponse', time: 1 }] }),
    });
    expect(kindsIn(simulate(open))).toEqual([]);
  });
});

describe('stale-connection', () => {
  const reset = { name: 'Error', message: 'socket hang up', code: 'ECONNRESET', phase: 'wait' } as const;

  it('is found when reused connections that were idle are reset without a response', () => {
    const stale = each(3000, 30).map((request, n): PlannedRequest =>
      n % 10 === 5
        ? { ...request, change: (record) => withoutResponse({ ...record, outcome: 'error', error: reset }) }
        : request,
    );
    const finding = only(simulate(stale), 'stale-connection');
    expect(finding.evidence).toMatch(
      /^3 requests of 29 on a reused connection got no response.* idle for 2.9\d s/,
    );
    expect(kindsIn(simulate(stale))).not.toContain('errors');
  });

  it('is not found on new connections, or for a single one', () => {
    const broken = {
      change: (record: RoundTripRecord) => withoutResponse({ ...record, outcome: 'error', error: reset }),
    };
    expect(kindsIn(simulate(each(3000, 30, broken), { keepAlive: false }))).not.toContain('stale-connection');
    const once = each(3000, 30).map((request, n) => (n === 5 ? { ...request, ...broken } : request));
    expect(kindsIn(simulate(once))).toEqual([]);
  });
});

describe('dns-repeated', () => {
  it('is found when lookups take a good part of the time', () => {
    const finding = only(simulate(each(200, 60), { serverCloses: true, dns: 12 }), 'dns-repeated');
    expect(finding.title).toBe('The name api.example.test is looked up again and again');
    expect(finding.evidence).toMatch(/^60 lookups in 11.9 s, each 12.\d ms \(median/);
  });

  it('is not found when they take no time, are far between, or few', () => {
    expect(kindsIn(simulate(each(200, 60), { serverCloses: true, dns: 0.2 }))).not.toContain('dns-repeated');
    expect(kindsIn(simulate(each(60_000, 60), { serverCloses: true, dns: 12 }))).not.toContain(
      'dns-repeated',
    );
    expect(kindsIn(simulate(each(200, 15), { serverCloses: true, dns: 12 }))).not.toContain('dns-repeated');
  });
});

describe('dead-address', () => {
  it('is found when an address fails each time before another answers', () => {
    const dead = [{ addr: '[2001:db8::1]:443', duration: 250 }];
    const finding = only(simulate(each(100, 8), { serverCloses: true, deadAddresses: dead }), 'dead-address');
    expect(finding.title).toBe('The address [2001:db8::1]:443 does not answer');
    expect(finding.evidence).toMatch(
      /^Tried in 8 connections and failed each time \(ETIMEDOUT after 25\d ms, median\) before 192.0.2.10:443 answered: 2.00 s lost\.$/,
    );
    expect(finding).toMatchObject({ severity: 'warning', cost: 2000 });
  });

  it('says so when attempts are given up too early', () => {
    const lines = [
      ...simulate(each(100, 6), {
        serverCloses: true,
        deadAddresses: [{ addr: '198.51.100.7:443', duration: 250 }],
      }),
      ...simulate(each(100, 10), { pid: 2, serverCloses: true }).map(
        (line): TraceLine =>
          JSON.parse(JSON.stringify(line).replaceAll('192.0.2.10:443', '198.51.100.7:443')) as TraceLine,
      ),
    ];
    expect(only(lines, 'dead-address').evidence).toMatch(/^6 of 16 attempts were given up/);
  });

  it('is not found for two, for what costs nothing, or where no address answers', () => {
    const dead = [{ addr: '[2001:db8::1]:443', duration: 250 }];
    expect(kindsIn(simulate(each(100, 2), { serverCloses: true, deadAddresses: dead }))).toEqual([]);
    const refused = [{ addr: '[::1]:443', duration: 0.4 }];
    expect(kindsIn(simulate(each(100, 60), { serverCloses: true, deadAddresses: refused }))).not.toContain(
      'dead-address',
    );
  });
});

describe('tls-not-resumed', () => {
  it('is found when new connections begin with full handshakes', () => {
    const finding = only(simulate(each(200, 20), { serverCloses: true, resumes: false }), 'tls-not-resumed');
    expect(finding.evidence).toMatch(
      /^19 connections began with a full handshake.*; 0 resumed one\. A handshake took 17.\d ms/,
    );
  });

  it('is not found when they resume, when there was nothing to resume, or without TLS', () => {
    expect(kindsIn(simulate(each(200, 20), { serverCloses: true }))).not.toContain('tls-not-resumed');
    expect(kindsIn(simulate(rounds(100, 1, 50), { resumes: false }))).toEqual([]);
    expect(kindsIn(simulate(each(200, 20), { serverCloses: true, tls: undefined }))).not.toContain(
      'tls-not-resumed',
    );
  });
});

describe('queued', () => {
  it('is found when requests wait for a small pool, with how many were open', () => {
    const finding = only(
      simulate(rounds(1000, 4, 30), { connections: 2, client: 'http', wait: () => 30 }),
      'queued',
    );
    expect(finding.evidence).toMatch(
      /^112 of 120 requests waited .* while 2 connections were in use, up to 28 of them at a time: \d\d % of their time\.$/,
    );
    expect(finding.advice).toContain('maxSockets');
    expect(only(simulate(rounds(1000, 4, 30), { connections: 1 }), 'queued').advice).toContain('connections');
  });

  it('is not found when the pool is as large as it needs to be, when few wait, or for HTTP/2', () => {
    expect(kindsIn(simulate(rounds(1000, 4, 30), { connections: 30 }))).toEqual([]);
    expect(kindsIn(simulate(rounds(5000, 3, 4), { connections: 3, idleTimeout: 10_000 }))).toEqual([]);
    expect(kindsIn(simulate(rounds(1000, 4, 30), { protocol: 'h2' }))).toEqual([]);
  });
});

describe('event-loop-busy', () => {
  it('is found when the loop keeps requests waiting', () => {
    const finding = only(simulate(each(100, 40), { wait: () => 60, busy: 0.8 }), 'event-loop-busy');
    expect(finding.severity).toBe('warning');
    expect(finding.evidence).toMatch(
      /^While the 40 requests of process 4711 were under way its event loop was busy for 7\d % of their time: 48.0 ms a request/,
    );
    expect(finding.origin).toBeUndefined();
  });

  it('is not found for the start of a program', () => {
    const start = simulate(each(100, 8), { wait: () => 300, busy: 0.9, idleTimeout: 60_000 });
    const later = simulate(
      each(100, 40).map(({ at }) => ({ at: at + 2000 })),
      { wait: () => 30, busy: 0.05 },
    );
    expect(kindsIn([...start, ...later])).not.toContain('event-loop-busy');
  });

  it('is not found when it is idle, for few requests, or when that is not known', () => {
    expect(kindsIn(simulate(each(100, 40), { wait: () => 60, busy: 0.1 }))).toEqual([]);
    expect(kindsIn(simulate(each(100, 10), { wait: () => 60, busy: 0.8 }))).toEqual([]);
    expect(kindsIn(simulate(each(100, 40), { wait: () => 60 }))).toEqual([]);
  });
});

describe('certificate-expiry', () => {
  it.each([
    [
      10,
      'info',
      "The server's certificate expires soon",
      /CN=api.example.test ends 10 days after the request/,
    ],
    [1, 'warning', "The server's certificate expires soon", /ends 24 hours after/],
    [-5, 'warning', "The server's certificate has expired", /ended 5 days before/],
  ])('is found with %i days left', (days, severity, title, evidence) => {
    const finding = only(simulate(each(100, 1), { certificateDays: days }), 'certificate-expiry');
    expect(finding).toMatchObject({ severity, title, evidence: expect.stringMatching(evidence) as string });
  });

  it('is not found with weeks left, and looks at the latest certificate', () => {
    expect(kindsIn(simulate(each(100, 1), { certificateDays: 20 }))).toEqual([]);
    expect(kindsIn([...simulate([{ at: 0 }], { certificateDays: 2 }), ...simulate([{ at: 100 }])])).toEqual(
      [],
    );
  });

  it('is not found for a short-lived one in the middle of its life', () => {
    const lines = simulate(each(100, 1), { certificateDays: 1 }).map((line) => {
      if (line.type !== 'roundTrip') return line;
      const text = JSON.stringify(line).replace(
        /"validFrom":\d+/g,
        `"validFrom":${line.wallTime - 86_400_000}`,
      );
      return JSON.parse(text) as TraceLine;
    });
    expect(kindsIn(lines)).toEqual([]);
  });
});

describe('http2-offered', () => {
  it('is found when the server says that it has it', () => {
    const lines = simulate(rounds(500, 10, 6), {
      client: 'https',
      responseHeader: [['Alt-Svc', 'h2=":443"; ma=86400']],
    });
    expect(only(lines, 'http2-offered').evidence).toContain(
      '60 requests by https went by HTTP/1.1 over 6 connections; the server says',
    );
  });

  it('is found when another client spoke it', () => {
    const lines = [
      ...simulate(rounds(500, 10, 6), { client: 'https' }),
      ...simulate([{ at: 0 }], { protocol: 'h2', pid: 2 }),
    ];
    expect(only(lines, 'http2-offered').evidence).toContain('undici spoke HTTP/2 with it');
  });

  it('is not found by HTTP/3 alone, on one connection, or without a sign', () => {
    const h3 = { responseHeader: [['Alt-Svc', 'h3=":443"']] as const };
    expect(kindsIn(simulate(rounds(500, 10, 6), h3))).toEqual([]);
    expect(kindsIn(simulate(each(500, 60), { responseHeader: [['Alt-Svc', 'h2=":443"']] }))).toEqual([]);
  });
});

describe('sequential-requests', () => {
  it('is found for a loop of small requests', () => {
    const finding = only(simulate(oneAfterTheOther(60, 25.4)), 'sequential-requests');
    expect(finding).toMatchObject({
      severity: 'info',
      title: expect.stringMatching(/^5\d small requests one after the other: GET \/items\/:id$/) as string,
    });
    expect(finding.evidence).toMatch(/1.[45]\d s in all/);
  });

  it('is not found when they overlap, pause, are of several kinds, large, few or quick', () => {
    expect(kindsIn(simulate(rounds(30, 30, 3)))).toEqual([]);
    expect(kindsIn(simulate(each(60, 60)))).toEqual([]);
    const kinds = ['/users', '/orders', '/items'];
    expect(kindsIn(simulate(oneAfterTheOther(60, 25.4, (n) => kinds[n % 3]!)))).toEqual([]);
    expect(kindsIn(simulate(oneAfterTheOther(60, 25.4), { bodyBytes: 500_000 }))).toEqual([]);
    expect(kindsIn(simulate(oneAfterTheOther(15, 100), { wait: () => 98 }))).toEqual([]);
    expect(kindsIn(simulate(oneAfterTheOther(60, 3), { wait: () => 1.6 }))).toEqual([]);
  });
});

describe('errors', () => {
  it('is found with the causes, most often first', () => {
    const refused = {
      name: 'Error',
      message: 'connect ECONNREFUSED',
      code: 'ECONNREFUSED',
      phase: 'connect',
    } as const;
    const lines = simulate(each(50, 40).map(failing(refused, (n) => n % 8 === 0)), {
      status: (n) => (n % 8 === 1 && n < 20 ? 503 : 200),
    });
    const finding = only(lines, 'errors');
    expect(finding).toMatchObject({
      severity: 'warning',
      evidence: '8 of 40 requests (20 %): 5 with ECONNREFUSED (connect) and 3 with status 503.',
    });
  });

  it('is found for one in a hundred when there are many', () => {
    expect(kindsIn(simulate(each(20, 2000), { status: (n) => (n % 90 === 0 ? 429 : 200) }))).toContain(
      'errors',
    );
  });

  it('is not found for two, and a time limit counts as a failure though an abort does not', () => {
    expect(kindsIn(simulate(each(50, 20), { status: (n) => (n < 2 ? 500 : 200) }))).toEqual([]);
    const timeout = {
      name: 'TimeoutError',
      message: 'The operation was aborted due to timeout',
      phase: 'wait',
    } as const;
    expect(only(simulate(each(50, 20).map(failing(timeout, (n) => n < 4))), 'errors').evidence).toContain(
      '4 with TimeoutError (wait)',
    );
  });
});

describe('retries', () => {
  const again = (n: number): PlannedRequest => ({
    at: n * 100,
    change: (record) =>
      n % 5 === 0 ? { ...record, call: { id: 'c', attempt: 2, reason: 'retry', known: true } } : record,
  });

  it('is found when calls need several attempts', () => {
    const finding = only(simulate(Array.from({ length: 40 }, (_, n) => again(n))), 'retries');
    expect(finding.evidence).toMatch(
      /^8 of 40 round trips \(20 %\) were another attempt at the same call, one of them attempt 2/,
    );
  });

  it('is not found for two', () => {
    expect(kindsIn(simulate(Array.from({ length: 10 }, (_, n) => again(n))))).toEqual([]);
  });
});

describe('slow-server and slow-network', () => {
  it('finds the server when the wait is long and the network quick', () => {
    const finding = only(simulate(each(1000, 30), { wait: () => 500 }), 'slow-server');
    expect(finding.evidence).toMatch(
      /^Of 50\d ms \(median of 30\) \d+ % pass between .* one round trip, took 8.00 ms at best\.$/,
    );
  });

  it('finds the way when large bodies come slowly', () => {
    const finding = only(simulate(each(2000, 30), { receive: 800, bodyBytes: 400_000 }), 'slow-network');
    expect(finding.evidence).toMatch(/400 kB on average, at 500 kB\/s/);
  });

  it('finds the way when each round trip on it is long', () => {
    const lines = simulate(each(2000, 12), { serverCloses: true, connect: 150, tls: 300, wait: () => 160 });
    expect(only(lines, 'slow-network').title).toBe('The server is far away');
    expect(kindsIn(lines)).not.toContain('slow-server');
  });

  it('finds neither for few, quick or small, nor when the event loop was busy', () => {
    expect(kindsIn(simulate(each(1000, 8), { wait: () => 500 }))).toEqual([]);
    expect(kindsIn(simulate(each(1000, 30), { wait: () => 200 }))).toEqual([]);
    expect(kindsIn(simulate(each(2000, 30), { receive: 800, bodyBytes: 3000 }))).toEqual([]);
    expect(kindsIn(simulate(each(1000, 30), { wait: () => 500, busy: 0.7 }))).toEqual(['event-loop-busy']);
  });
});

describe('findings together', () => {
  it('come with warnings first, then what costs most', () => {
    const found = findingsIn([
      ...simulate(each(200, 40), { client: 'https', keepAlive: false, dns: 15, resumes: false }),
      ...simulate(each(1000, 30), { origin: 'https://slow.test', wait: () => 500 }),
    ]);
    expect(found.map(({ kind }) => kind)).toEqual([
      'agent-without-keep-alive',
      'dns-repeated',
      'tls-not-resumed',
      'slow-server',
    ]);
  });

  it('say nothing of mocked requests', () => {
    const mocked = each(10, 60, { change: (record) => ({ ...record, intercepted: true }) });
    expect(kindsIn(simulate(mocked, { keepAlive: false, certificateDays: 1 }))).toEqual([]);
  });
});
