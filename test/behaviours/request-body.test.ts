import { Readable } from 'node:stream';
import { expect, it } from 'vitest';

import type { Ability, Body, Driver } from './drivers/driver.ts';
import { targets } from './drivers/table.ts';
import { echoing } from './origin.ts';
import { behaviour, failure, gate, hooks, scene } from './scene.ts';

const MEGABYTE = 1024 * 1024;

interface BodyCase {
  readonly needs: Ability;
  readonly body: (driver: Driver) => Body;
}

async function* chunks(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('give it ');
  await new Promise(setImmediate);
  yield Buffer.from('back');
}

function form({ makeForm }: Driver): FormData {
  const form = makeForm?.() ?? new FormData();
  form.set('what', 'give it back');
  return form;
}

const BODIES: BodyCase[] = [
  { needs: 'string body', body: () => 'give it back' },
  { needs: 'buffer body', body: () => Buffer.from('give it back') },
  { needs: 'stream body', body: () => Readable.from(chunks()) },
  { needs: 'iterator body', body: chunks },
  { needs: 'form body', body: form },
  { needs: 'blob body', body: () => new Blob(['give it ', 'back']) },
];

for (const { needs, body } of BODIES) {
  behaviour(`a ${needs}`, targets([needs]), (target) => {
    it('is written after the head, and told when all of it was', async () => {
      const { traced, server, watched } = await scene(target, async (served) => {
        const text = await served.text();
        // Undici may take an answer that comes at once for one that comes too early.
        await (await traced.at(0)).when('wroteRequest');
        served.respond(text);
      });
      const answer = await watched({ url: `${server.url}/`, body: body(target.driver) });
      const [recorder, ...others] = await traced.settled();
      expect(others).toEqual([]);
      expect(answer.status).toBe(200);
      expect(answer.body).toContain('give it back');
      expect(recorder!.info.method).toBe('POST');
      const written = hooks(recorder).filter((name) => name.startsWith('wrote'));
      expect(written).toEqual(['wroteHeaderField', 'wroteHeaders', 'wroteRequest']);
      expect(recorder!.the('wroteRequest').args).toEqual([{ err: null }]);
      expect(recorder!.the('wroteRequest').time).toBeGreaterThanOrEqual(recorder!.the('wroteHeaders').time);
      const fields = recorder!.all('wroteHeaderField').map(({ args }) => args[0].toLowerCase());
      // Over HTTP/1.1 a body has to say how long it is.
      if (target.driver.http === '1.1') {
        expect(fields.some((field) => field === 'content-length' || field === 'transfer-encoding')).toBe(
          true,
        );
      }
    });
  });
}

behaviour('a large body', targets(['buffer body', 'direct']), (target) => {
  it('has its head told long before its end', async () => {
    // More than the kernel takes while nobody reads.
    const size = 16 * MEGABYTE;
    const resume = gate();
    let length = 0;
    const { traced, server, watched } = await scene(target, async (served) => {
      await resume.opened;
      length = (await served.text()).length;
      served.respond();
    });
    const answered = watched({ url: `${server.url}/`, body: Buffer.alloc(size, 'x') });
    const recorder = await traced.at(0);
    await recorder.when('wroteHeaders');
    for (let i = 0; i < 50; i++) await new Promise(setImmediate);
    expect(recorder.has('wroteRequest')).toBe(false);
    resume.open();
    await answered;
    await traced.settled();
    expect(length).toBe(size);
    expect(recorder.the('wroteRequest').args).toEqual([{ err: null }]);
    expect(recorder.the('roundTripDone').args).toEqual([{ err: null }]);
  });
});

behaviour('a body that is streamed', targets(['stream body']), (target) => {
  it('is over when its last chunk was written', async () => {
    const last = gate();
    async function* slow(): AsyncGenerator<Buffer> {
      yield Buffer.from('one');
      await last.opened;
      yield Buffer.from('two');
    }
    const { traced, server, watched } = await scene(target, echoing);
    const answered = watched({ url: `${server.url}/`, body: Readable.from(slow()) });
    const recorder = await traced.at(0);
    await recorder.when('wroteHeaders');
    expect(recorder.has('wroteRequest')).toBe(false);
    last.open();
    expect(await answered).toEqual({ status: 200, body: 'onetwo' });
    await traced.settled();
    expect(recorder.the('wroteRequest').args).toEqual([{ err: null }]);
  });

  it('may still be on its way when the answer begins', async () => {
    const rest = gate();
    async function* slow(): AsyncGenerator<Buffer> {
      yield Buffer.from('one');
      await rest.opened;
      yield Buffer.from('two');
    }
    const { traced, server, watched } = await scene(target, async (served) => {
      served.begin('early ');
      served.end(await served.text());
    });
    const answered = watched({ url: `${server.url}/`, body: Readable.from(slow()) });
    const recorder = await traced.at(0);
    await recorder.when('gotResponse');
    expect(recorder.has('wroteRequest')).toBe(false);
    rest.open();
    expect(await answered).toEqual({ status: 200, body: 'early onetwo' });
    await traced.settled();
    expect(recorder.the('wroteRequest').args).toEqual([{ err: null }]);
    expect(recorder.the('roundTripDone').args).toEqual([{ err: null }]);
  });

  it('is cut off, or goes on, when the whole answer is there', async () => {
    const rest = gate();
    async function* slow(): AsyncGenerator<Buffer> {
      yield Buffer.from('one');
      await rest.opened;
      yield Buffer.from('two');
    }
    const { traced, server, watched } = await scene(target, async (served) => {
      served.respond('too much', { status: 413 });
      await served.text();
    });
    // Some clients fail then, although there is an answer.
    const answered = watched({ url: `${server.url}/`, body: Readable.from(slow()) }).catch(
      (error: unknown) => error,
    );
    const recorder = await traced.at(0);
    await recorder.when('gotLastResponseByte');
    rest.open();
    await answered;
    await traced.settled();
    expect(recorder.the('gotResponse').args[0].status).toBe(413);
    // Kept only if all was sent.
    const { err } = recorder.the('wroteRequest').args[0];
    if (err !== null)
      for (const { args } of recorder.all('putIdleConn')) expect(args[0]).toBeInstanceOf(Error);
  });
});

behaviour('a body that fails', targets(['stream body', 'body errors']), (target) => {
  it('ends the request with its error', async () => {
    const broken = new Error('no more');
    async function* breaking(): AsyncGenerator<Buffer> {
      yield Buffer.from('one');
      await (await traced.at(0)).when('wroteHeaders');
      throw broken;
    }
    const { traced, server, watched } = await scene(target, async (served) => {
      await served.text();
    });
    const error = await failure(watched({ url: `${server.url}/`, body: Readable.from(breaking()) }));
    const [recorder] = await traced.settled();
    expect(target.driver.reason(error)).toBe(broken);
    expect(recorder!.the('wroteRequest').args[0].err).toBeInstanceOf(Error);
    expect(recorder!.has('gotFirstResponseByte')).toBe(false);
    expect(recorder!.the('roundTripDone').args[0].err).toBe(broken);
  });
});
