import type { interceptors } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';

import { recordings } from '../helpers/recordings.ts';
import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';
import { own, packages, undicis } from './clients.ts';
import { published } from './published.ts';

interface Created {
  readonly request: { readonly origin: unknown };
}

describe('mock-intercepted', () => {
  it.each(packages)(
    'mock-intercepted: a MockAgent makes no Request, opens nothing and publishes nothing ($name)',
    async (client) => {
      const messages = ['request:create', 'client:beforeConnect', 'request:headers', 'request:error'].map(
        (channel) => published(`undici:${channel}`),
      );
      const dispatcher = new client.undici.MockAgent();
      onTestFinished(() => dispatcher.close());
      dispatcher.get('http://mock.test').intercept({ path: '/' }).reply(200, 'mocked');
      const answer = await client.send('http://mock.test/', { dispatcher });
      expect(answer).toEqual({ status: 200, body: 'mocked' });
      expect(messages.flat()).toEqual([]);
    },
  );
});

describe('cached-answers', () => {
  it.each(packages.filter(({ major }) => major > 6))(
    'cached-answers: the cache interceptor makes no Request for what it has ($name)',
    async (client) => {
      const created = published('undici:request:create');
      const { origin } = await scriptedServer(async (peer) => {
        await peer.head();
        const date = new Date().toUTCString();
        peer.respond('ok', `HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nDate: ${date}`);
      });
      const dispatcher = own(client.agent().compose(client.undici.interceptors.cache()));
      await client.send(origin, { dispatcher });
      await client.send(origin, { dispatcher });
      expect(created).toHaveLength(1);
    },
  );

  it('cached-answers: fetch makes no Request for a data: URL', async () => {
    const created = published('undici:request:create');
    const [fetch] = undicis;
    const answer = await fetch!.send('data:,ok', { dispatcher: fetch!.agent() });
    expect(answer).toEqual({ status: 200, body: 'ok' });
    expect(created).toEqual([]);
  });
});

describe('dns-interceptor', () => {
  type Options = NonNullable<Parameters<typeof interceptors.dns>[0]>;

  const lookup: Options['lookup'] = (_origin, _options, callback) =>
    callback(null, [{ address: '127.0.0.1', family: 4, ttl: 1000 }]);

  it.each(packages)(
    'dns-interceptor: a name is looked up before there is a Request, which is made for its address ($name)',
    async (client) => {
      const created = published('undici:request:create') as Created[];
      const { port } = await scriptedServer(answerAll);
      const dispatcher = own(client.agent().compose(client.undici.interceptors.dns({ lookup })));
      await client.send(`http://name.test:${port}`, { dispatcher });
      expect(created.map(({ request }) => String(request.origin))).toEqual([`http://127.0.0.1:${port}`]);
    },
  );

  it.each(packages)(
    'dns-interceptor: getConn names the address, and no DNS hook is called ($name)',
    async (client) => {
      const traced = recordings();
      const { port } = await scriptedServer(answerAll);
      const dispatcher = own(client.agent().compose(client.undici.interceptors.dns({ lookup })));
      await traced.run(() => client.send(`http://name.test:${port}`, { dispatcher }));
      await traced.settled();
      expect(traced.only.the('getConn').args).toEqual([`127.0.0.1:${port}`]);
      expect(traced.only.has('dnsStart')).toBe(false);
      expect(traced.only.has('dnsDone')).toBe(false);
    },
  );
});

describe('response-version', () => {
  it.each(undicis)(
    'response-version: undici does not tell HTTP/1.0 from HTTP/1.1 ($name)',
    async (client) => {
      const heads = published('undici:request:headers') as { readonly response: object }[];
      const { origin } = await scriptedServer(async (peer) => {
        await peer.head();
        peer.respond('ok', 'HTTP/1.0 200 OK');
        peer.close();
      });
      await client.send(origin, { dispatcher: client.agent() });
      expect(heads.map(({ response }) => Object.keys(response).sort())).toEqual([
        ['headers', 'statusCode', 'statusText'],
      ]);
    },
  );
});
