import http from 'node:http';
import net from 'node:net';
import { describe, expect, it } from 'vitest';

import { type ClientTrace, type DNSDoneInfo, runWithClientTrace } from '../../src/index.ts';
import { recordings } from '../helpers/recordings.ts';
import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';
import { errorOf, get, open } from '../http/exchange.ts';
import { answering, dialing, type Lookup, v4 } from './addresses.ts';
import { dialLog } from './dial-log.ts';

/** A whole GET of `http://name.test` on the server's port, with `lookup` for its name. */
function getByName(port: number, lookup: Lookup, autoSelectFamily = true): ReturnType<typeof get> {
  return get(`http://name.test:${port}/`, dialing({ lookup, autoSelectFamily }));
}

describe('a lookup', () => {
  it.each(['sync', 'async'] as const)('that answers with one address (%s) is told of', async (when) => {
    const traced = recordings();
    const { port } = await scriptedServer(answerAll);
    await traced.run(() => getByName(port, answering(v4('127.0.0.1'), when)));
    expect(dialLog(traced.only, port)).toEqual([
      'dnsStart name.test',
      'dnsDone 127.0.0.1/4 ok',
      'connectStart tcp 127.0.0.1:PORT',
      'connectDone tcp 127.0.0.1:PORT ok',
      'gotConn',
    ]);
  });

  it.each(['sync', 'async'] as const)(
    'that answers with several addresses (%s) gives all of them',
    async (when) => {
      const traced = recordings();
      const { port } = await scriptedServer(answerAll);
      const answers = [...v4('127.0.0.1', '127.0.0.2'), { address: '::1', family: 6 }];
      await traced.run(() => getByName(port, answering(answers, when)));
      expect(dialLog(traced.only, port).slice(0, 2)).toEqual([
        'dnsStart name.test',
        'dnsDone 127.0.0.1/4 127.0.0.2/4 ::1/6 ok',
      ]);
    },
  );

  it('gives the one address that is used when only one is asked for', async () => {
    const traced = recordings();
    const { port } = await scriptedServer(answerAll);
    const lookup = answering(v4('127.0.0.1', '127.0.0.2'));
    await traced.run(() => getByName(port, lookup, false));
    expect(dialLog(traced.only, port)[1]).toBe('dnsDone 127.0.0.1/4 ok');
  });

  it.each(['sync', 'async'] as const)('that fails (%s) gives its very error and no address', async (when) => {
    const traced = recordings();
    const failure = Object.assign(new Error('getaddrinfo ENOTFOUND name.test'), { code: 'ENOTFOUND' });
    const lookup: Lookup = (_host, _options, callback) => {
      if (when === 'sync') callback(failure, []);
      else setImmediate(callback, failure, []);
    };
    const request = traced.run(() => open('http://name.test/', { agent: false, lookup }).end());
    expect(await errorOf(request)).toBe(failure);
    await traced.settled();
    expect(dialLog(traced.only)).toEqual(['dnsStart name.test', 'dnsDone ENOTFOUND']);
    const info: DNSDoneInfo = traced.only.the('dnsDone').args[0];
    expect(info).toEqual({ addrs: [], err: failure, coalesced: false });
  });

  it('that throws ends with what it threw', () => {
    const failure = new Error('no resolver');
    const lookup: Lookup = () => {
      throw failure;
    };
    const events: unknown[] = [];
    const trace: ClientTrace = {
      dnsStart: ({ host }) => void events.push(host),
      dnsDone: ({ err }) => void events.push(err),
    };
    expect(() =>
      runWithClientTrace(trace, () => open('http://name.test/', { agent: false, lookup })),
    ).toThrow(failure);
    expect(events).toEqual(['name.test', failure]);
  });

  it('that answers with nonsense ends with an error', async () => {
    const traced = recordings();
    const lookup = answering([{ address: 'not an address', family: 4 }]);
    const request = traced.run(() =>
      open('http://name.test/', dialing({ autoSelectFamily: false, lookup })).end(),
    );
    expect(await errorOf(request)).toMatchObject({ code: 'ERR_INVALID_IP_ADDRESS' });
    await traced.settled();
    expect(traced.only.the('dnsDone').args[0].err).toMatchObject({ code: 'ERR_INVALID_IP_ADDRESS' });
  });

  it('of localhost is told of, by whatever way its name came', async () => {
    const { port } = await scriptedServer(answerAll);
    const ways: http.RequestOptions[] = [{ host: 'localhost' }, { hostname: 'localhost' }, {}, { host: '' }];
    for (const way of ways) {
      const traced = recordings();
      await traced.run(async () => {
        const request = http.request({ port, agent: false, family: 4, ...way });
        request.end().on('response', (response) => response.resume());
        await new Promise((resolve) => request.once('close', resolve));
      });
      expect(dialLog(traced.only, port).slice(0, 3)).toEqual([
        'dnsStart localhost',
        'dnsDone 127.0.0.1/4 ok',
        'connectStart tcp 127.0.0.1:PORT',
      ]);
    }
  });
});

describe('an IP literal', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '[::1]'],
    ['::ffff:127.0.0.1', '[::ffff:127.0.0.1]'],
  ])('%s is not looked up', async (host, shown) => {
    const traced = recordings();
    const { port } = await scriptedServer(answerAll, { host });
    const request = traced.run(() => http.get({ host, port, agent: false }));
    request.on('response', (response) => response.resume());
    await new Promise((resolve) => request.once('close', resolve));
    await traced.settled();
    expect(dialLog(traced.only, port)).toEqual([
      `connectStart tcp ${shown}:PORT`,
      `connectDone tcp ${shown}:PORT ok`,
      'gotConn',
    ]);
  });
});

describe('addresses', () => {
  it('are told at the time of the answer, before the first attempt', async () => {
    const traced = recordings();
    const { port } = await scriptedServer(answerAll);
    await traced.run(() => getByName(port, answering(v4('127.0.0.1'))));
    const { time: start } = traced.only.the('dnsStart');
    const { time: done } = traced.only.the('dnsDone');
    expect(done).toBeGreaterThan(start);
    expect(traced.only.the('connectStart').time).toBeGreaterThanOrEqual(done);
    expect(net.isIP(traced.only.the('dnsDone').args[0].addrs[0]!.address)).toBe(4);
  });
});
