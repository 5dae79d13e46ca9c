import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { toRealtime } from '../../bench/wire/clock.mjs';
import { compare, summarize } from '../../bench/wire/errors.mjs';
import { factsOf } from '../../bench/wire/facts.mjs';
import { flowsOf } from '../../bench/wire/flows.mjs';
import { http1Messages } from '../../bench/wire/messages.mjs';
import { type Packet, readPcap } from '../../bench/wire/pcap.mjs';
import { type Measurement, type Recording, evaluate } from '../../bench/wire/recording.mjs';
import { type Run, withTables } from '../../bench/wire/tables.mjs';
import { decrypt, readKeyLog } from '../../bench/wire/tls13.mjs';

const wire = new URL('../../bench/wire/', import.meta.url);

interface Fixture {
  readonly recording: Recording;
  readonly capture: Buffer;
  readonly keys: string;
}

/** Three small requests on one connection, recorded by `run.mjs --requests 3 --part-bytes 64 --body-bytes 64 --keep`. */
function fixture(client: 'http' | 'https' | 'http2'): Fixture {
  const read = (ending: string): Buffer =>
    readFileSync(new URL(`fixture/${client}-httptrace-idle.${ending}`, wire));
  return {
    recording: JSON.parse(read('json').toString()) as Recording,
    capture: read('pcap'),
    keys: client === 'http' ? '' : read('keys').toString(),
  };
}

function onlyFlow({ capture, recording }: Fixture) {
  const [flow, ...others] = flowsOf(readPcap(capture), recording.port);
  if (flow === undefined || others.length > 0) throw new Error('the fixture has one connection');
  return flow;
}

/** A packet from port 5000, the client's, to port 80, or back. */
function packet(fields: Partial<Packet>): Packet {
  const none = { time: 0, from: 5000, to: 80, sequence: 0, syn: false, ack: true, payload: Buffer.alloc(0) };
  return { ...none, ...fields };
}

const opening = [
  packet({ time: 1, sequence: 99, syn: true, ack: false }),
  packet({ time: 2, from: 80, to: 5000, sequence: 499, syn: true }),
];

describe('the reader of captures', () => {
  it('reads times, ports and payloads', () => {
    const { capture, recording } = fixture('http');
    const packets = readPcap(capture);
    const [first, second] = packets;

    expect(first).toMatchObject({ to: recording.port, syn: true, ack: false });
    expect(second).toMatchObject({ from: recording.port, syn: true, ack: true });
    expect(packets.map(({ time }) => time)).toEqual(
      packets.map(({ time }) => time).toSorted((a, b) => a - b),
    );
    expect(packets.find(({ payload }) => payload.length > 0)?.payload.toString()).toMatch(
      /^GET \/get HTTP\/1.1\r\n/,
    );
  });

  it('reads files with microseconds, and of the other byte order', () => {
    const { capture } = fixture('http');
    const swapped = Buffer.from(capture);
    const micro = Buffer.from(capture);
    micro.writeUInt32LE(0xa1b2c3d4, 0);
    swapped.subarray(0, 4).swap32();
    swapped.subarray(20, 24).swap32();
    for (let at = 24; at < capture.length; at += 16 + capture.readUInt32LE(at + 8)) {
      swapped.subarray(at, at + 16).swap32();
      micro.writeUInt32LE(Math.floor(capture.readUInt32LE(at + 4) / 1000), at + 4);
    }

    expect(readPcap(swapped)).toEqual(readPcap(capture));
    for (const [index, { time }] of readPcap(micro).entries())
      expect(time).toBeCloseTo(readPcap(capture)[index]?.time ?? 0, 2);
  });

  it('leaves out a packet that tcpdump had not written to its end', () => {
    const { capture } = fixture('http');
    expect(readPcap(capture.subarray(0, -1))).toEqual(readPcap(capture).slice(0, -1));
  });

  it('refuses what is no capture', () => {
    expect(() => readPcap(Buffer.from('GET / HTTP/1.1\r\nhost: localhost\r\n'))).toThrow('not a pcap file');
    expect(() => readPcap(Buffer.alloc(0))).toThrow('it begins with nothing');
  });
});

describe('connections of a capture', () => {
  it('count bytes once that were sent twice', () => {
    const [flow] = flowsOf(
      [
        ...opening,
        packet({ time: 3, sequence: 100, payload: Buffer.from('abc') }),
        packet({ time: 9, sequence: 100, payload: Buffer.from('abcdef') }),
      ],
      80,
    );

    expect(flow?.sent.bytes.toString()).toBe('abcdef');
    expect(flow?.sent.pieces).toEqual([
      { offset: 0, first: 3, last: 3 },
      { offset: 3, first: 9, last: 9 },
    ]);
  });

  it('are left out when a packet is missing, when their beginning is, and when it was sent again', () => {
    const late = packet({ time: 3, sequence: 103, payload: Buffer.from('def') });
    expect(flowsOf([...opening, late], 80)).toHaveLength(0);
    expect(flowsOf([late], 80)).toHaveLength(0);
    expect(flowsOf([...opening, ...opening], 80)).toHaveLength(0);
    expect(flowsOf(opening, 80)).toHaveLength(1);
  });

  it('are two where a client was given the same port again', () => {
    const again = [
      packet({ time: 11, sequence: 7000, syn: true, ack: false }),
      packet({ time: 12, from: 80, to: 5000, sequence: 8000, syn: true }),
      packet({ time: 13, sequence: 7001, payload: Buffer.from('two') }),
    ];
    const one = packet({ time: 3, sequence: 100, payload: Buffer.from('one') });
    const flows = flowsOf([...opening, one, ...again], 80);
    expect(flows.map(({ port, syn, synAck }) => [port, syn, synAck])).toEqual([
      [5000, 1, 2],
      [5000, 11, 12],
    ]);
    expect(flows.map(({ sent }) => sent.bytes.toString())).toEqual(['one', 'two']);
  });

  it('have their TLS taken off with the keys of the server', () => {
    const { capture, recording, keys } = fixture('https');
    const flow = onlyFlow({ capture, recording, keys });
    const { clientHello, serverFinished, clientFinished, sent, received } = decrypt(flow, readKeyLog(keys));

    expect(sent.bytes.toString()).toMatch(/^GET \/get HTTP\/1.1\r\n/);
    expect(received.bytes.toString()).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    const times = [
      flow.syn,
      flow.synAck,
      clientHello,
      serverFinished,
      clientFinished,
      sent.pieces[0]?.first ?? 0,
    ];
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('say which one has no keys', () => {
    const flow = onlyFlow(fixture('https'));
    expect(() => decrypt(flow, new Map())).toThrow(`no keys for the connection from port ${flow.port}`);
  });

  it.each(['http', 'https', 'http2'] as const)('have their exchanges found: %s', (client) => {
    const { capture, recording, keys } = fixture(client);
    const flow = onlyFlow({ capture, recording, keys });
    const facts = factsOf(
      flow,
      client === 'http2' ? 'h2' : 'h1',
      client === 'http' ? undefined : readKeyLog(keys),
    );

    expect(facts).toHaveLength(3);
    expect(facts.map(({ syn }) => syn)).toEqual([flow.syn, undefined, undefined]);
    for (const { requestHead, requestEnd, responseStart, responseEnd } of facts) {
      const times = [requestHead, requestEnd, responseStart, responseEnd];
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      // The server pauses within its answer, for a millisecond at the least.
      expect(responseEnd - responseStart).toBeGreaterThan(0.9);
    }
    // The last request's body comes in two parts with a pause between.
    expect((facts[2]?.requestEnd ?? 0) - (facts[2]?.requestHead ?? 0)).toBeGreaterThan(1.9);
  });

  it('have requests in chunks, with a length, and without a body', () => {
    const get = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n';
    const put = 'PUT / HTTP/1.1\r\ncontent-length: 2\r\n\r\n';
    const post = 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n';
    const bytes = Buffer.from(`${get}${put}ab${post}3\r\nabc\r\n0\r\n\r\n${put}a`);

    expect(http1Messages(bytes).map(({ start, end }) => bytes.toString('latin1', start, end))).toEqual([
      get,
      `${put}ab`,
      `${post}3\r\nabc\r\n0\r\n\r\n`,
    ]);
  });
});

describe('errors', () => {
  it('are what was told less what was on the wire, in microseconds', () => {
    const facts = [
      { syn: 10, synAck: 11, requestHead: 12, requestEnd: 13, responseStart: 14, responseEnd: 15 },
      { requestHead: 22, requestEnd: 23, responseStart: 24, responseEnd: 25 },
    ];
    const told = [
      { port: 5000, times: { connectStart: 9.9, wroteRequest: 13.02, tlsHandshakeDone: 12 } },
      { port: 5000, times: { wroteRequest: 23, gotFirstResponseByte: 24.5 } },
      { port: 5001, times: { connectStart: 1 } },
      { port: undefined, times: { connectStart: 1 } },
    ];
    const { errors, matched } = compare(told, (port) => (port === 5000 ? facts : []), ['get', 'put']);

    expect(matched).toBe(2);
    expect([...errors].map(([row, list]) => [row, list.map((error) => Math.round(error))])).toEqual([
      ['connectStart', [-100]],
      ['wroteRequest get', [20]],
      ['wroteRequest put', [0]],
      ['gotFirstResponseByte', [500]],
    ]);
  });

  it('are of the second connection of a port where requests are the second on it', () => {
    const told = [10, 20, 30, 40].map((wroteRequest) => ({ port: 5000, times: { wroteRequest } }));
    const facts = [9, 18, 27, 36].map((at) => ({
      requestHead: at,
      requestEnd: at,
      responseStart: at,
      responseEnd: at,
    }));
    const { errors, matched } = compare(told, () => facts, ['get', 'put']);
    expect(matched).toBe(4);
    expect([...errors]).toEqual([
      ['wroteRequest get', [1000, 3000]],
      ['wroteRequest put', [2000, 4000]],
    ]);
  });

  it('are not known where more was told than the wire has', () => {
    const told = [
      { port: 5000, times: { wroteRequest: 1 } },
      { port: 5000, times: { wroteRequest: 2 } },
    ];
    const facts = [{ requestHead: 1, requestEnd: 1, responseStart: 1, responseEnd: 1 }];
    expect(compare(told, () => facts, ['get', 'put'])).toEqual({ errors: new Map(), matched: 0 });
  });

  it('are summarized by their signs and by their sizes', () => {
    const errors = Array.from({ length: 100 }, (_, index) => index - 60);
    expect(summarize(errors)).toEqual({ n: 100, p1: -60, median: -11, p99: 38, absMedian: 25, absP99: 59 });
  });

  it('have the drift of the clocks taken out', () => {
    const start = { at: 100, offset: 1000 };
    const end = { at: 300, offset: 1002 };
    expect([100, 200, 300].map((time) => toRealtime(time, start, end))).toEqual([1100, 1201, 1302]);
  });

  it('are found for every request of a recording', () => {
    const { recording, capture, keys } = fixture('http2');
    const measurement = evaluate(recording, capture, keys);

    expect(measurement).toMatchObject({ client: 'http2', requests: 3, unmatched: 0 });
    expect(Object.keys(measurement.errors)).toContain('tlsHandshakeStart');
    // Of one small recording on a machine at work: all that can be said is that the clocks agree.
    for (const { absMedian } of Object.values(measurement.errors)) expect(absMedian).toBeLessThan(50_000);
  });
});

describe('the command', () => {
  it('says that it measures nothing where packets cannot be captured', () => {
    const { stdout, status } = spawnSync(process.execPath, [new URL('run.mjs', wire).pathname], {
      encoding: 'utf8',
      env: { PATH: '/nowhere' },
    });
    expect(stdout).toMatch(/^skipped: no packets can be captured here. tcpdump could not be started/);
    expect(status).toBe(0);
  });
});

describe('docs/precision.md', () => {
  const page = readFileSync(new URL('../../docs/precision.md', import.meta.url), 'utf8');
  const { runs } = JSON.parse(
    readFileSync(new URL('../../bench/results/wire.json', import.meta.url), 'utf8'),
  ) as { runs: Run[] };
  const ours = runs.flatMap(({ node, measurements }) =>
    measurements.filter(({ tool }) => tool === 'httptrace').map((measurement) => ({ node, ...measurement })),
  );

  /** Medians of the rows that `row` matches. */
  function medians(measurements: readonly Measurement[], row: RegExp): number[] {
    return measurements.flatMap(({ errors }) =>
      Object.entries(errors).flatMap(([name, { median }]) => (row.test(name) ? median : [])),
    );
  }

  it('has the figures of the recorded runs', () => {
    expect(withTables(page, runs)).toBe(page);
  });

  it('was measured for every client, on an idle and on a busy event loop, with nearly every request found', () => {
    for (const { measurements } of runs) {
      expect(measurements.filter(({ tool }) => tool === 'httptrace')).toHaveLength(16);
      const sum = (of: 'requests' | 'unmatched'): number =>
        measurements.reduce((total, measurement) => total + measurement[of], 0);
      expect(sum('unmatched')).toBeLessThan(sum('requests') / 100);
    }
  });

  it('is right that what is read is never told before its packet', () => {
    for (const { errors } of ours) {
      for (const [row, { p1 }] of Object.entries(errors))
        if (/^(connectDone|tlsHandshakeDone|got(First|Last)ResponseByte)$/.test(row))
          expect(p1).toBeGreaterThan(0);
    }
  });

  it('is right that what begins is told before its packet', () => {
    for (const median of medians(ours, /Start$/)) expect(median).toBeLessThan(0);
  });

  it('is right that node:tls tells of the end of the handshake before it sends the last of it', () => {
    for (const median of medians(ours, /^tlsHandshakeDone, own$/)) expect(median).toBeLessThan(0);
  });

  it('is right that requests are told when the kernel has them, but for one case that it names', () => {
    const isHeld = (node: string, client: string, row: string): boolean =>
      node.startsWith('v20.') && client === 'https' && row === 'wroteRequest stream';
    for (const { node, client, loop, errors } of ours) {
      // Recorded before the head was told by the callback of its write, as the page says.
      if (client === 'fetch-tls' && loop === 'busy') continue;
      for (const [row, { median }] of Object.entries(errors)) {
        if (!row.startsWith('wrote')) continue;
        if (isHeld(node, client, row)) expect(median).toBeLessThan(-30_000);
        else expect(median, `${node} ${client} ${row}`).toBeGreaterThan(0);
      }
    }
  });

  it('is right that a busy event loop makes late what comes from outside, and nothing that the client does', () => {
    for (const busy of ours.filter(({ loop }) => loop === 'busy')) {
      const idle = ours.find(
        ({ node, client, loop }) => node === busy.node && client === busy.client && loop === 'idle',
      );
      for (const [row, { median }] of Object.entries(busy.errors)) {
        const { median: before = Number.NaN } = idle?.errors[row] ?? {};
        if (row.startsWith('got')) expect(median, `${busy.client} ${row}`).toBeGreaterThan(before);
        else if (row.endsWith('Start')) expect(Math.abs(median - before)).toBeLessThan(100);
      }
    }
  });

  it('is right that http-timer tells of half a millisecond before, and that undici’s channels tell of the head before it is sent', () => {
    const others = runs.flatMap(({ measurements }) => measurements).filter(({ loop }) => loop === 'idle');
    const timer = others.filter(({ tool, client }) => tool === 'http-timer' && client === 'http');
    for (const median of medians(timer, /./)) expect(median).toBeLessThan(0);
    const channels = others.filter(({ tool }) => tool === 'undici channels');
    for (const median of medians(channels, /^(connectStart|wroteHeaders)/)) expect(median).toBeLessThan(0);
  });
});
