import { describe, expect, it, onTestFinished } from 'vitest';

import { UNDICIS } from '../behaviours/drivers/table.ts';
import { appServer } from '../helpers/app-server.ts';
import { recordings } from '../helpers/recordings.ts';

/** What a test sends, and what the connection is told to have become: kept, silence, or why not. */
interface Case {
  readonly title: string;
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'DELETE';
  readonly body?: string;
  readonly reset?: boolean;
  /** A field of the response. */
  readonly field?: readonly [name: string, value: string];
  readonly told: 'kept' | 'silent' | RegExp;
}

const CASES: readonly Case[] = [
  { title: 'is kept after a GET', told: 'kept' },
  { title: 'is kept after a POST', method: 'POST', body: 'abc', told: 'kept' },
  { title: 'is not kept after a GET with a body, and says why', body: 'abc', told: /after a body by GET/ },
  {
    title: 'is not kept after a DELETE with a body, and says why',
    method: 'DELETE',
    body: 'abc',
    told: /after a body by DELETE/,
  },
  {
    title: 'is not kept for a server that keeps it too shortly, and says why',
    field: ['keep-alive', 'timeout=1'],
    told: /Keep-Alive: timeout=1/,
  },
  { title: 'says nothing when the request asked to close it', reset: true, told: 'silent' },
  { title: 'says nothing when the response closes it', field: ['connection', 'close'], told: 'silent' },
];

const TABLE = UNDICIS.flatMap((copy) => CASES.map((what) => ({ ...what, ...copy })));

describe.each(TABLE)(
  'a connection of undici $major that $title',
  ({ method, body, reset, field, told, module }) => {
    it('is told so', async () => {
      const traced = recordings();
      const server = await appServer((request, response) => {
        request.resume().on('end', () => {
          if (field !== undefined) response.setHeader(...field);
          response.end('ok');
        });
      });
      const client = new module.Client(server.origin);
      onTestFinished(() => client.destroy());
      await traced.run(async () => {
        const options = {
          path: '/',
          method: method ?? 'GET',
          ...(body !== undefined && { body }),
          ...(reset !== undefined && { reset }),
        };
        await (await client.request(options)).body.text();
      });
      const [recorder] = await traced.settled();
      const errors = recorder!.all('putIdleConn').map(({ args }) => args[0]);
      if (told === 'silent') expect(errors).toEqual([]);
      else if (told === 'kept') expect(errors).toEqual([null]);
      else expect(errors).toMatchObject([{ code: 'ERR_HTTPTRACE_NOT_KEPT', message: told }]);
    });
  },
);
