import { expect, it } from 'vitest';

import { certs, type Certificates } from '../helpers/certs.ts';
import { targets } from './drivers/table.ts';
import { answering } from './origin.ts';
import { behaviour, CLOSED_PORT, failingLookup, failure, hooks, lookupOf, scene } from './scene.ts';

/** Clients that fail at the first failure. */
const ONCE = { without: ['retries'] } as const;

behaviour('a refused connection', targets(['direct'], { ...ONCE, crossed: true }), (target) => {
  it('is told with its error, which the caller gets', async () => {
    const { traced, watched } = await scene(target, answering);
    const hostPort = `127.0.0.1:${CLOSED_PORT}`;
    const error = await failure(watched({ url: `${target.scheme}://${hostPort}/` }));
    const [recorder, ...others] = await traced.settled();
    expect(others).toEqual([]);
    expect(hooks(recorder)).toEqual([
      'roundTripStart',
      'getConn',
      'connectStart',
      'connectDone',
      'roundTripDone',
    ]);
    expect(recorder!.the('getConn').args).toEqual([hostPort]);
    expect(recorder!.the('connectDone').args).toEqual([
      'tcp',
      hostPort,
      expect.objectContaining({ code: 'ECONNREFUSED' }),
    ]);
    expect(recorder!.the('roundTripDone').args[0].err).toBe(target.driver.reason(error));
  });
});

behaviour('a refused connection', targets(['queues', 'direct'], { ...ONCE, http: '1.1' }), (target) => {
  it('is told to each request that had to wait', async () => {
    const { traced, send } = await scene(target, answering, { connections: 1 });
    const url = `${target.scheme}://127.0.0.1:${CLOSED_PORT}/`;
    await traced.watch(target.mode, () => Promise.all([1, 2, 3].map(() => failure(send({ url })))));
    const recorders = await traced.settled();
    expect(recorders).toHaveLength(3);
    for (const recorder of recorders) {
      expect(recorder.has('gotConn')).toBe(false);
      expect(recorder.the('roundTripDone').args[0].err).toMatchObject({ code: 'ECONNREFUSED' });
    }
    // Some clients fail all that wait when a dial fails, others dial again for each.
    for (const { args } of recorders.flatMap((recorder) => recorder.all('connectDone'))) {
      expect(args[2]).toMatchObject({ code: 'ECONNREFUSED' });
    }
    expect(recorders[0]!.all('connectDone')).toHaveLength(1);
  });
});

behaviour('an unknown name', targets(['lookup'], ONCE), (target) => {
  it('ends the lookup with its error, which the caller gets', async () => {
    const unknown = Object.assign(new Error('getaddrinfo ENOTFOUND nowhere.test'), { code: 'ENOTFOUND' });
    const { traced, watched } = await scene(target, answering, { lookup: failingLookup(unknown) });
    const error = await failure(watched({ url: `${target.scheme}://nowhere.test:8080/` }));
    const [recorder, ...others] = await traced.settled();
    expect(others).toEqual([]);
    expect(hooks(recorder)).toEqual(['roundTripStart', 'getConn', 'dnsStart', 'dnsDone', 'roundTripDone']);
    expect(recorder!.the('getConn').args).toEqual(['nowhere.test:8080']);
    expect(recorder!.the('dnsStart').args).toEqual([{ host: 'nowhere.test' }]);
    expect(recorder!.the('dnsDone').args).toEqual([{ addrs: [], err: unknown, coalesced: false }]);
    expect(recorder!.the('roundTripDone').args[0].err).toBe(target.driver.reason(error));
  });
});

behaviour('a name whose first address is dead', targets(['lookup']), (target) => {
  it('is tried at the next, and each attempt is told', async () => {
    const lookup = lookupOf('127.0.0.2', '127.0.0.1');
    const { traced, server, watched } = await scene(target, answering, { lookup });
    await watched({ url: `${target.scheme}://example.test:${server.port}/` });
    const [recorder, ...others] = await traced.settled();
    expect(others).toEqual([]);
    expect(recorder!.the('dnsDone').args[0].addrs.map(({ address }) => address)).toEqual([
      '127.0.0.2',
      '127.0.0.1',
    ]);
    expect(hooks(recorder).filter((name) => name.startsWith('connect'))).toEqual([
      'connectStart',
      'connectDone',
      'connectStart',
      'connectDone',
    ]);
    expect(recorder!.all('connectDone').map(({ args }) => args)).toEqual([
      ['tcp', `127.0.0.2:${server.port}`, expect.objectContaining({ code: 'ECONNREFUSED' })],
      ['tcp', `127.0.0.1:${server.port}`, null],
    ]);
    expect(recorder!.has('gotConn')).toBe(true);
  });
});

interface BadCertificate {
  readonly title: string;
  readonly certificate: keyof Omit<Certificates, 'ca'>;
  readonly trusts?: false;
  readonly code: string;
}

const BAD_CERTIFICATES: BadCertificate[] = [
  { title: 'that has expired', certificate: 'expired', code: 'CERT_HAS_EXPIRED' },
  { title: 'for another name', certificate: 'wrongHost', code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
  { title: 'of its own', certificate: 'selfSigned', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
  {
    title: 'of an unknown authority',
    certificate: 'good',
    trusts: false,
    code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  },
];

behaviour('a certificate', targets(['direct'], { ...ONCE, scheme: 'https' }), (target) => {
  it.each(BAD_CERTIFICATES)('$title ends the handshake with the error that the caller gets', async (bad) => {
    const { certificate, trusts = true, code } = bad;
    const { traced, server, watched } = await scene(
      target,
      answering,
      { trusts },
      { certificate: certs()[certificate] },
    );
    const error = await failure(watched({ url: `${server.url}/` }));
    const [recorder, ...others] = await traced.settled();
    expect(others).toEqual([]);
    expect(hooks(recorder)).toEqual([
      'roundTripStart',
      'getConn',
      'connectStart',
      'connectDone',
      'tlsHandshakeStart',
      'tlsHandshakeDone',
      'roundTripDone',
    ]);
    const [state, err] = recorder!.the('tlsHandshakeDone').args;
    expect(err).toMatchObject({ code });
    expect(state).toMatchObject({ authorized: false, authorizationError: code });
    expect(recorder!.the('connectDone').args[2]).toBeNull();
    expect(recorder!.the('roundTripDone').args[0].err).toBe(target.driver.reason(error));
  });
});

behaviour(
  'a handshake with a server that speaks no TLS',
  targets(['direct'], { ...ONCE, scheme: 'https' }),
  (target) => {
    it('ends with the error that the caller gets', async () => {
      const { traced, server, watched } = await scene(target, answering, {}, { http: '1.1', secure: false });
      const error = await failure(watched({ url: `https://${server.hostPort}/` }));
      const [recorder] = await traced.settled();
      expect(recorder!.the('tlsHandshakeDone').args[1]).toBeInstanceOf(Error);
      expect(recorder!.has('gotConn')).toBe(false);
      expect(recorder!.the('roundTripDone').args[0].err).toBe(target.driver.reason(error));
    });
  },
);
