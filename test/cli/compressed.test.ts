import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { command, serve } from './harness.ts';

describe('--compressed', () => {
  it('asks for what this Node can decompress', async () => {
    const { url, seen } = await serve((_request, response) => response.end());
    await command(['--compressed', url]);
    expect(seen[0]?.headers['accept-encoding']).toMatch(/^gzip, deflate, br(, zstd)?$/);
  });

  it('writes the decompressed body', async () => {
    const codings = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };
    for (const [coding, compress] of Object.entries(codings)) {
      const { url } = await serve((_request, response) =>
        response.setHeader('Content-Encoding', coding).end(compress('hello '.repeat(100))),
      );
      const { code, stdout } = await command(['--compressed', '-o', '-', url]);
      expect([coding, code, stdout]).toEqual([coding, 0, 'hello '.repeat(100)]);
    }
  });

  it('undoes several codings in their order', async () => {
    const { url } = await serve((_request, response) =>
      response.setHeader('Content-Encoding', 'gzip, br').end(brotliCompressSync(gzipSync('hello'))),
    );
    expect((await command(['--compressed', '-o', '-', url])).stdout).toBe('hello');
  });

  it('leaves a coding that it does not know as it is', async () => {
    const { url } = await serve((_request, response) =>
      response.setHeader('Content-Encoding', 'x-own').end('raw'),
    );
    expect((await command(['--compressed', '-o', '-', url])).stdout).toBe('raw');
  });

  it('tells when the body is not what it claims to be', async () => {
    const { url } = await serve((_request, response) =>
      response.setHeader('Content-Encoding', 'gzip').end('rubbish'),
    );
    const { code, stderr } = await command(['--compressed', '-o', '-', url]);
    expect(code).toBe(23);
    expect(stderr).toContain('✗ cannot decompress the body: incorrect header check\n');
  });

  it('does not stumble over a response without body', async () => {
    const { url } = await serve((_request, response) =>
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(),
    );
    expect((await command(['-I', '--compressed', '-o', '-', url])).code).toBe(0);
  });
});
