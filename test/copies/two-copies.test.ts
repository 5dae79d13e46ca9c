import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

import { answerAll, scriptedServer } from '../helpers/scripted-server.ts';
import { copyOfLibrary, runNode } from './node-process.ts';

/** Code of a child process that has two copies of the library, `a` and `b`, and a server. */
const TWO_COPIES = `
  import http from 'node:http';
  const [first, second, origin, installer] = process.argv.slice(1);
  const a = await import(first);
  const b = await import(second);
  const agent = new http.Agent({ keepAlive: true });
  const request = () => new Promise((resolve, reject) => {
    http.get(origin, { agent }, (response) => response.resume().once('close', () => setImmediate(resolve)))
      .once('error', reject);
  });
  const log = [];
  const trace = (name) => ({
    getConn: () => log.push(name + ' getConn'),
    roundTripDone: () => log.push(name + ' roundTripDone'),
  });
  const print = (value) => { agent.destroy(); console.log(JSON.stringify(value)); };
`;

async function runTwoCopies(code: string, extra: readonly string[] = []): Promise<unknown> {
  const { origin } = await scriptedServer(answerAll);
  const copies = [copyOfLibrary(), copyOfLibrary()].map((file) => pathToFileURL(file).href);
  return runNode(TWO_COPIES + code, [...copies, origin, ...extra]);
}

/** `one` installs the probes, and `other` finds them. */
const ONE_INSTALLS = `
  const [one, other] = installer === 'a' ? [a, b] : [b, a];
  one.observe(() => undefined);
`;

describe.each(['a', 'b'])('two copies of the library of which %s installs the probes', (installer) => {
  it('are two, and see the contexts of each other', async () => {
    const code = `${ONE_INSTALLS}
      const key = a.Context.key('key');
      const old = trace('old');
      const ctx = other.withClientTrace(one.withClientTrace(one.Context.background.withValue(key, 7), old), trace('new'));
      await ctx.run(request);
      print({
        two: a.withClientTrace !== b.withClientTrace,
        value: ctx.value(key),
        current: ctx.run(() => a.Context.current() === b.Context.current()),
        composed: typeof one.contextClientTrace(ctx).getConn,
        alone: other.contextClientTrace(one.withClientTrace(one.Context.background, old)) === old,
        log,
      });
    `;
    expect(await runTwoCopies(code, [installer])).toEqual({
      two: true,
      value: 7,
      current: true,
      composed: 'function',
      alone: true,
      log: ['new getConn', 'old getConn', 'new roundTripDone', 'old roundTripDone'],
    });
  });

  it.each(['one', 'other'])('can be uninstalled by the %s, and each installs again', async (who) => {
    const code = `${ONE_INSTALLS}
      const names = ['addRequest', 'createSocket'];
      const methods = () => names.map((name) => http.Agent.prototype[name]);
      one.uninstall();
      const pristine = methods();
      for (const copy of [one, other, one]) {
        copy.observe(() => trace('observer'));
        await request();
        (${who}).uninstall();
        other.uninstall();
        log.push(methods().every((method, i) => method === pristine[i]));
        await request();
      }
      print(log.join(' ').replaceAll('observer ', '').split(/(?<=true) /));
    `;
    expect(await runTwoCopies(code, [installer])).toEqual([
      'getConn roundTripDone true',
      'getConn getConn roundTripDone roundTripDone true',
      'getConn getConn getConn roundTripDone roundTripDone roundTripDone true',
    ]);
  });

  it('tell everything once when one comes after the other under somebody else who stays on top', async () => {
    const code = `${ONE_INSTALLS}
      for (const [prototype, name] of [[http.Agent.prototype, 'addRequest'], [http.ClientRequest.prototype, 'emit']]) {
        const method = prototype[name];
        prototype[name] = function (...args) { return Reflect.apply(method, this, args); };
      }
      one.uninstall();
      other.observe(() => trace('other'));
      await request();
      other.uninstall();
      one.observe(() => undefined);
      await request();
      print(log);
    `;
    const once = ['other getConn', 'other roundTripDone'];
    expect(await runTwoCopies(code, [installer])).toEqual([...once, ...once]);
  });
});

describe('two copies of the library', () => {
  const installer = 'b';

  it('call each observer and each factory once a round trip', async () => {
    const code = `${ONE_INSTALLS}
      one.observe(() => trace('observer of one'));
      other.observe(() => trace('observer of other'));
      await one.runWithClientTrace(() => trace('made by one'), () => other.runWithClientTrace(() => trace('made by other'), request));
      print(log.filter((line) => line.endsWith('getConn')));
    `;
    expect(await runTwoCopies(code, [installer])).toEqual([
      'made by other getConn',
      'made by one getConn',
      'observer of one getConn',
      'observer of other getConn',
    ]);
  });

  it('agree on the time of an event', async () => {
    const code = `${ONE_INSTALLS}
      const times = new Set();
      const late = () => {
        const end = performance.now() + 2;
        while (performance.now() < end);
        times.add(a.eventTime());
        times.add(b.eventTime());
      };
      await other.runWithClientTrace({ gotConn: late }, () => one.runWithClientTrace({ gotConn: late }, request));
      print(times.size);
    `;
    expect(await runTwoCopies(code, [installer])).toBe(1);
  });

  it("keep what runs in either's untraced context from all", async () => {
    const code = `${ONE_INSTALLS}
      a.observe(() => trace('a'));
      b.observe(() => trace('b'));
      await a.Context.untraced.run(request);
      await b.Context.untraced.run(() => a.runWithClientTrace(trace('inner'), request));
      print(log);
    `;
    expect(await runTwoCopies(code, [installer])).toEqual([]);
  });

  it('give round trips ids that are unique', async () => {
    const code = `${ONE_INSTALLS}
      const ids = [];
      one.observe(({ id }) => void ids.push(id));
      await request();
      one.uninstall();
      other.observe(() => undefined);
      await request();
      print(ids.length === 2 && ids[0] !== ids[1]);
    `;
    expect(await runTwoCopies(code, [installer])).toBe(true);
  });

  it('report a failing hook once', async () => {
    const code = `${ONE_INSTALLS}
      const codes = [];
      process.removeAllListeners('warning').on('warning', ({ code }) => codes.push(code));
      const bad = { getConn() { throw new Error('bad'); } };
      await one.runWithClientTrace(bad, () => other.runWithClientTrace(bad, request));
      print(codes);
    `;
    expect(await runTwoCopies(code, [installer])).toEqual(['ERR_HTTPTRACE_HOOK']);
  });
});
