import { describe, expect, it } from 'vitest';
import { command, serve, type Answer, type TestServer } from './harness.ts';

function redirectTo(location: string, status = 302): Answer {
  return (_request, response) => response.writeHead(status, { Location: location }).end('moved');
}

/** `/a` leads to `/b`, which leads to `/c`. */
async function chain(): Promise<TestServer> {
  return serve((request, response) => {
    const next = { '/a': '/b', '/b': '/c?token=secret' }[request.url ?? ''];
    if (next === undefined) response.end('arrived\n');
    else response.writeHead(301, { Location: next }).end();
  });
}

describe('redirects', () => {
  it('are shown and not followed without -L', async () => {
    const { url, seen } = await chain();
    const { code, stdout } = await command([`${url}/a`]);
    expect(code).toBe(0);
    expect(stdout).toContain('HTTP/1.1 301 Moved Permanently → /b');
    expect(seen).toHaveLength(1);
  });

  it('are one picture with -L: a group of rows for each, one axis, one total', async () => {
    const { url, seen } = await chain();
    const { code, stdout } = await command(['-L', '-o', '-', `${url}/a`]).then((result) => ({
      ...result,
      stdout: result.stderr,
      body: result.stdout,
    }));
    expect(code).toBe(0);
    expect(seen.map((one) => one.url)).toEqual(['/a', '/b', '/c?token=secret']);
    expect(stdout).toMatch(new RegExp(`^1 {2}GET ${url}/a +[\\d.]+ ms$`, 'm'));
    expect(stdout).toMatch(new RegExp(`^2 {2}GET ${url}/b +[\\d.]+ ms$`, 'm'));
    expect(stdout).toMatch(new RegExp(`^3 {2}GET ${url}/c\\?token=\\S+ +[\\d.]+ ms$`, 'm'));
    expect(stdout).not.toContain('GET http://127.0.0.1/c?token=secret');
    expect(stdout.match(/^total /gm)).toHaveLength(1);
    expect(stdout.match(/^wait /gm)).toHaveLength(3);
  });

  it('write only the last body', async () => {
    const { url } = await serve((request, response) => {
      if (request.url === '/') redirectTo('/end')(request, response, '');
      else response.end('arrived\n');
    });
    expect((await command(['-L', '-o', '-', url])).stdout).toBe('arrived\n');
  });

  it('do not take credentials to another origin', async () => {
    const other = await serve((_request, response) => response.end());
    const { url, seen } = await serve(redirectTo(`${other.url}/`, 307));
    await command(['-L', '-u', 'me:pw', '-H', 'Cookie: a=b', '-H', 'X-Own: 1', '-d', 'body', url]);
    expect(seen[0]?.headers).toMatchObject({ authorization: 'Basic bWU6cHc=', cookie: 'a=b', 'x-own': '1' });
    expect(other.seen[0]).toMatchObject({
      method: 'POST',
      body: 'body',
      headers: { 'x-own': '1', host: other.address },
    });
    expect(other.seen[0]?.headers).not.toHaveProperty('authorization');
    expect(other.seen[0]?.headers).not.toHaveProperty('cookie');
  });

  it('turn POST into GET', async () => {
    const { url, seen } = await serve((request, response) => {
      if (request.url === '/') redirectTo('/end')(request, response, '');
      else response.end();
    });
    await command(['-L', '-d', 'body', url]);
    expect(seen.map((one) => [one.method, one.body])).toEqual([
      ['POST', 'body'],
      ['GET', ''],
    ]);
  });

  it('end after --max-redirs with exit code 47, and all are drawn', async () => {
    const { url, seen } = await serve(redirectTo('/'));
    const { code, stdout } = await command(['-L', '--max-redirs', '2', url]);
    expect([code, seen.length]).toEqual([47, 3]);
    expect(stdout).toMatch(/^3 {2}GET /m);
    expect(stdout).toContain('✗ too many redirects\n  2 redirects were followed and there is another one.\n');
  });

  it('are not followed to another protocol', async () => {
    const { url } = await serve(redirectTo('file:///etc/passwd'));
    const { code, stdout } = await command(['-L', url]);
    expect(code).toBe(1);
    expect(stdout).toContain('The server redirects to file:///etc/passwd, which is neither http nor https.');
  });

  it('fail when Location is not a URL', async () => {
    const { url } = await serve(redirectTo('http://a:b:c/'));
    const { code, stdout } = await command(['-L', url]);
    expect(code).toBe(56);
    expect(stdout).toContain('The server redirects to "http://a:b:c/", which is not a URL.');
  });
});
