/** Go: net/http/httputil/reverseproxy_test.go. */
import { expect, it } from 'vitest';

import { type ClientTrace, type HeaderMap, runWithClientTrace } from '../../src/index.ts';
import { targets } from '../behaviours/drivers/table.ts';
import { origin, type Handler } from '../behaviours/origin.ts';
import { atRest, behaviour, scene } from '../behaviours/scene.ts';
import { get } from '../http/exchange.ts';

// Undici's retry handler takes a 1xx for the response and fails the request at the next head, traced or not: the tests of 1xx
// run without it.

const LINKS = ['</style.css>; rel=preload; as=style', '</script.js>; rel=preload; as=script'];

behaviour('Test1xxResponses', targets([], { without: ['retries'] }), (target) => {
  it('Test1xxResponses: a proxy can hand on what its client is told', async () => {
    const { traced, server, send } = await scene(target, (served) => {
      served.inform(103, { link: LINKS });
      served.inform(102, { link: [...LINKS, '</foo.js>'] });
      served.respond('Hello');
    });
    const proxy: Handler = async (served) => {
      const got1xxResponse = (code: number, header: HeaderMap): void => served.inform(code, header);
      const { status, body } = await traced.watch(target.mode, () =>
        runWithClientTrace({ got1xxResponse }, () => send({ url: `${server.url}/` })),
      );
      served.respond(body, { status });
    };
    const { url } = await origin(proxy);
    const told: unknown[] = [];
    const { body } = await runWithClientTrace(
      { got1xxResponse: (code, { link }) => void told.push([code, link]) },
      () => get(url),
    );
    expect(told).toEqual([
      [103, LINKS],
      [102, [...LINKS, '</foo.js>']],
    ]);
    expect(body).toBe('Hello');
    await traced.settled();
  });
});

behaviour(
  'Test1xxHeadersNotModifiedAfterRoundTrip',
  targets(['signal'], { without: ['retries'] }),
  (target) => {
    it('Test1xxHeadersNotModifiedAfterRoundTrip: no hook comes after the caller was told of the end', async () => {
      const { server, send } = await scene(target, (served) => {
        for (let i = 0; i < 5; i++) served.inform(103);
      });
      const abort = new AbortController();
      const told: string[] = [];
      const trace: ClientTrace = {
        got1xxResponse() {
          told.push('got1xxResponse');
          abort.abort();
        },
        roundTripDone: () => void told.push('roundTripDone'),
      };
      const sent = runWithClientTrace(trace, () => send({ url: `${server.url}/`, signal: abort.signal }));
      await expect(sent).rejects.toMatchObject({ name: 'AbortError' });
      await atRest();
      // node:http tells of all that came in the packet.
      expect(told.at(-1)).toBe('roundTripDone');
      expect(told.filter((name) => name === 'roundTripDone')).toHaveLength(1);
    });
  },
);
