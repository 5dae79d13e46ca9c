import { once } from 'node:events';
import type http from 'node:http';
import { describe, expect, it } from 'vitest';

import { runWithClientTrace } from '../../src/index.ts';
import type { HookName } from '../../src/trace/hooks.ts';
import { recordings } from '../helpers/recordings.ts';
import { scriptedServer } from '../helpers/scripted-server.ts';
import { errorOf, open } from '../http/exchange.ts';
import { answering, CLOSED_PORT, dialing, v4 } from './addresses.ts';
import { dialLog } from './dial-log.ts';

/** Where a request is destroyed: in the hook that begins the stage, or in the next turn, when the stage is under way. */
const STAGES: {
  stage: string;
  begins: HookName;
  options: http.RequestOptions;
  before: string[];
  open: string;
}[] = [
  {
    stage: 'a lookup',
    begins: 'dnsStart',
    options: dialing({ lookup: () => {} }),
    before: ['dnsStart stage.test'],
    open: 'dnsDone',
  },
  {
    stage: 'the only connection attempt',
    begins: 'connectStart',
    options: dialing({ lookup: answering(v4('127.0.0.1')) }),
    before: ['dnsStart stage.test', 'dnsDone 127.0.0.1/4 ok', 'connectStart tcp 127.0.0.1:PORT'],
    open: 'connectDone tcp 127.0.0.1:PORT',
  },
  {
    stage: 'the first of several connection attempts',
    begins: 'connectStart',
    options: dialing({ lookup: answering(v4('127.0.0.1', '127.0.0.2')), autoSelectFamily: true }),
    before: ['dnsStart stage.test', 'dnsDone 127.0.0.1/4 127.0.0.2/4 ok', 'connectStart tcp 127.0.0.1:PORT'],
    open: 'connectDone tcp 127.0.0.1:PORT',
  },
  {
    stage: 'a TLS handshake',
    begins: 'tlsHandshakeStart',
    options: dialing({ lookup: answering(v4('127.0.0.1')) }),
    before: [
      'dnsStart stage.test',
      'dnsDone 127.0.0.1/4 ok',
      'connectStart tcp 127.0.0.1:PORT',
      'connectDone tcp 127.0.0.1:PORT ok',
      'tlsHandshakeStart',
    ],
    open: 'tlsHandshakeDone',
  },
];

describe.each(STAGES)(
  'a request that is destroyed during $stage',
  ({ begins, options, before, open: ends }) => {
    it.each<{ how: string; reason: Error | undefined; code: string }>([
      { how: 'without a reason', reason: undefined, code: 'ERR_HTTPTRACE_CANCELED' },
      {
        how: 'with an error',
        reason: Object.assign(new Error('enough'), { code: 'ENOUGH' }),
        code: 'ENOUGH',
      },
    ])('ends what is open $how', async ({ reason, code }) => {
      const traced = recordings();
      // Accepts, and says nothing.
      const server = await scriptedServer(() => {});
      const scheme = begins === 'tlsHandshakeStart' ? 'https' : 'http';
      const request = traced.run(() => open(`${scheme}://stage.test:${server.port}/`, options).end());
      const failed = errorOf(request);
      const recorder = await traced.at(0);
      await Promise.all([recorder.when(begins), once(request, 'socket')]);
      request.destroy(reason);
      const error = await failed;
      await traced.settled();
      expect(dialLog(recorder, server.port)).toEqual([...before, `${ends} ${code}`]);
      if (reason !== undefined) expect(error).toBe(reason);
    });
  },
);

describe('a request that is aborted by a signal', () => {
  it('ends its lookup with the reason that node gives', async () => {
    const traced = recordings();
    const controller = new AbortController();
    const request = traced.run(() =>
      open('http://stage.test/', dialing({ lookup: () => {}, signal: controller.signal })).end(),
    );
    const failed = errorOf(request);
    await once(request, 'socket');
    controller.abort();
    const error = await failed;
    await traced.settled();
    expect(error.name).toBe('AbortError');
    expect(traced.only.the('dnsDone').args[0].err).toMatchObject({ name: 'AbortError' });
  });
});

describe('a socket that is destroyed by somebody else', () => {
  it('ends its lookup, also when the answer comes later', async () => {
    const traced = recordings();
    let answer: (() => void) | undefined;
    const request = traced.run(() =>
      open(
        'http://stage.test/',
        dialing({
          lookup: (_host, options, callback) => {
            answer = () =>
              options.all === true ? callback(null, v4('127.0.0.1')) : callback(null, '127.0.0.1', 4);
          },
        }),
      ).end(),
    );
    const failed = errorOf(request);
    request.once('socket', (socket) => socket.destroy());
    await failed;
    answer?.();
    await traced.settled();
    expect(dialLog(traced.only)).toEqual(['dnsStart stage.test', 'dnsDone ERR_HTTPTRACE_CANCELED']);
  });

  it('ends its attempt when a hook does it, and does not end the process', async () => {
    const traced = recordings();
    const port = CLOSED_PORT;
    const requests: http.ClientRequest[] = [];
    const guard = { connectStart: () => void requests[0]?.destroy(new Error('not there')) };
    const request = traced.run(() =>
      runWithClientTrace(guard, () =>
        open(`http://guarded.test:${port}/`, dialing({ lookup: answering(v4('127.0.0.1')) })).end(),
      ),
    );
    requests.push(request);
    expect((await errorOf(request)).message).toBe('not there');
    await traced.settled();
    expect(dialLog(traced.only, port).slice(2)).toEqual([
      'connectStart tcp 127.0.0.1:PORT',
      'connectDone tcp 127.0.0.1:PORT not there',
    ]);
  });

  it('gets no connection when a hook does it as soon as it is connected', async () => {
    const traced = recordings();
    const server = await scriptedServer(() => {});
    const requests: http.ClientRequest[] = [];
    const guard = { connectDone: () => void requests[0]?.destroy() };
    const request = traced.run(() =>
      runWithClientTrace(guard, () => open(server.origin, { agent: false }).end()),
    );
    requests.push(request);
    await errorOf(request);
    await traced.settled();
    expect(traced.only.the('connectDone').args[2]).toBeNull();
    expect(traced.only.has('gotConn')).toBe(false);
  });
});
