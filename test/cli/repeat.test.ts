import { describe, expect, it } from 'vitest';
import type { RoundTripRecord } from '../../src/record/types.ts';
import { CLOSED_PORT, command, hello, serve } from './harness.ts';

describe('-n', () => {
  it('repeats on one connection and prints the distribution of each phase', async () => {
    const { url, seen, connections } = await serve(hello);
    const { code, stdout, stderr } = await command(['-n', '5', url]);
    expect([code, stderr, seen.length, connections()]).toEqual([0, '', 5, 1]);
    expect(stdout).toContain('\n\n5 requests · 1 new connection · 4 reused\n\n');
    expect(stdout).toMatch(/^ms {12}count {6}min {6}p50 {6}p90 {6}p99 {6}max$/m);
    expect(stdout).toMatch(/^connect +1( +<?[\d.]+){5}$/m);
    expect(stdout).toMatch(/^wait +5( +<?[\d.]+){5}$/m);
    expect(stdout).toMatch(/^total +5( +<?[\d.]+){5}$/m);
    expect(stdout.match(/^GET /gm)).toHaveLength(1);
  });

  it('opens a connection for each with --no-keep-alive', async () => {
    const { url, connections } = await serve(hello);
    const { stdout } = await command(['-n', '3', '--no-keep-alive', url]);
    expect(connections()).toBe(3);
    expect(stdout).toContain('3 requests · 3 new connections · 0 reused\n');
  });

  it('goes on after a failure, and exits with its code', async () => {
    const port = CLOSED_PORT;
    const { code, stdout } = await command(['-n', '3', `127.0.0.1:${port}`]);
    expect(code).toBe(7);
    expect(stdout).toContain('3 requests · 3 failed · 0 new connections · 0 reused\n');
  });

  it('shows a progress bar on a terminal, and takes it away', async () => {
    const { url } = await serve(hello);
    const { stderr, stdout } = await command(['-n', '3', url], { terminal: 80 });
    expect(stderr).toContain('░ 0/3');
    expect(stderr.endsWith('\r\u001b[2K')).toBe(true);
    expect(stdout).not.toContain('0/3');
  });

  it('shows no progress bar with -s, and none in a pipe', async () => {
    const { url } = await serve(hello);
    expect((await command(['-s', '-n', '3', url], { terminal: 80 })).stderr).toBe('');
    expect((await command(['-n', '3', url])).stderr).toBe('');
  });

  it('prints what it has after Ctrl-C', async () => {
    let interrupt = (): void => {};
    let count = 0;
    const { url } = await serve((_request, response) => {
      count++;
      if (count === 3) interrupt();
      else response.end();
    });
    const { code, stdout } = await command(['-n', '1000', url], {
      onStart: (press) => {
        interrupt = press;
      },
    });
    expect([code, count]).toEqual([130, 3]);
    expect(stdout).toContain('3 requests · 1 failed · 1 new connection · 2 reused\n');
  });
});

describe('--slo', () => {
  it('is told and does not matter when it is kept', async () => {
    const { url } = await serve(hello);
    const { code, stdout } = await command(['--slo', 'total<60s', '--slo', 'p50(tls)<1us', url]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /\n\nslo kept {4}total<60s {2}\([\d.]+ ms\)\nslo unseen {2}p50\(tls\)<1us {2}\(no tls\)\n$/,
    );
  });

  it('exits with 4 when one is broken', async () => {
    const { url } = await serve(hello);
    const { code, stdout } = await command(['-n', '2', '--slo', 'total<60s', '--slo', 'p99(total)<1us', url]);
    expect(code).toBe(4);
    expect(stdout).toMatch(/^slo broken {2}p99\(total\)<1us {2}\([\d.]+ ms\)$/m);
  });

  it('exits with the code of the failure when the request failed', async () => {
    const port = CLOSED_PORT;
    expect((await command(['--slo', 'total<1us', `127.0.0.1:${port}`])).code).toBe(7);
  });
});

describe('--json', () => {
  function records(stdout: string): RoundTripRecord[] {
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RoundTripRecord);
  }

  it('prints a record a line and nothing else', async () => {
    const { url } = await serve(hello);
    const { code, stdout, stderr } = await command(['--json', '-n', '2', `${url}/a?token=secret`]);
    expect([code, stderr]).toEqual([0, '']);
    expect(records(stdout).map((record) => [record.type, record.outcome, record.connection?.reused])).toEqual(
      [
        ['roundTrip', 'ok', false],
        ['roundTrip', 'ok', true],
      ],
    );
    expect(stdout).not.toContain('secret');
  });

  it('prints a record for each redirect, and for a failure', async () => {
    const port = CLOSED_PORT;
    const { url } = await serve((_request, response) =>
      response.writeHead(302, { Location: `http://127.0.0.1:${port}/` }).end(),
    );
    const { code, stdout } = await command(['--json', '-L', url]);
    expect(code).toBe(7);
    expect(
      records(stdout).map((record) => [record.outcome, record.response?.status, record.error?.code]),
    ).toEqual([
      ['ok', 302, undefined],
      ['error', undefined, 'ECONNREFUSED'],
    ]);
  });

  it('tells about --slo on standard error', async () => {
    const { url } = await serve(hello);
    const { code, stdout, stderr } = await command(['--json', '--slo', 'total<1us', url]);
    expect(code).toBe(4);
    expect(records(stdout)).toHaveLength(1);
    expect(stderr).toMatch(/^httptrace: slo broken: total<1us {2}\([\d.]+ ms\)\n$/);
  });
});
