/** Go: net/http/clientserver_test.go. */
import { expect, it } from 'vitest';

import { runWithClientTrace } from '../../src/index.ts';
import { targets } from '../behaviours/drivers/table.ts';
import { behaviour, gate, scene } from '../behaviours/scene.ts';

// Undici's retry handler takes a 1xx for the response and fails the request at the next head, traced or not: the tests of 1xx
// run without it.

const STYLE = '</style.css>; rel=preload; as=style';
const SCRIPT = '</script.js>; rel=preload; as=script';
const MORE = '</foo.js>; rel=preload; as=script';

behaviour('TestEarlyHintsRequest', targets([], { without: ['retries'] }), (target) => {
  it('TestEarlyHintsRequest: each 103 is told with its own fields, the first before the server goes on', async () => {
    const told = gate();
    const { traced, server, send } = await scene(target, async (served) => {
      served.inform(103, { link: [STYLE, SCRIPT] });
      await told.opened;
      served.inform(103, { link: [STYLE, SCRIPT, MORE] });
      served.respond('Hello', { fields: { link: [STYLE, SCRIPT, MORE] } });
    });
    const hints: unknown[] = [];
    const answer = await traced.watch(target.mode, () =>
      runWithClientTrace(
        {
          got1xxResponse(code, header) {
            hints.push([code, { ...header }]);
            told.open();
          },
        },
        () => send({ url: `${server.url}/` }),
      ),
    );
    expect(hints).toEqual([
      [103, { link: [STYLE, SCRIPT] }],
      [103, { link: [STYLE, SCRIPT, MORE] }],
    ]);
    expect(answer).toEqual({ status: 200, body: 'Hello' });
    const [recorder] = await traced.settled();
    expect(recorder!.the('gotResponse').args[0].header['link']).toEqual([STYLE, SCRIPT, MORE]);
  });
});
