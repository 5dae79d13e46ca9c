import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import packageJson from '../../package.json' with { type: 'json' };

const root = fileURLToPath(new URL('../..', import.meta.url));
const exportsMap: Readonly<Record<string, string>> = packageJson.exports;
/** Data is published as it is. */
const entries = Object.entries(exportsMap).filter(([key]) => !key.endsWith('.json'));

/** `src/har.ts` of `./dist/har.js`. */
function sourceOf(target: string): string {
  return target.replace(/^\.\/dist\//, 'src/').replace(/\.js$/, '.ts');
}

/** Specifiers of everything that a compiled module imports, statically or dynamically. */
function importsOf(file: string): string[] {
  const code = readFileSync(file, 'utf8');
  const statements =
    /^\s*(?:import|export)\b[^'";]*?from\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/gm;
  return [...code.matchAll(statements)].map(([, from, bare]) => from ?? bare ?? '');
}

/** Files of dist/ that loading `entry` can load, and the specifiers of all they import from elsewhere. */
function reach(entry: string): { files: string[]; external: string[] } {
  const files = new Set([entry]);
  const external = new Set<string>();
  for (const file of files) {
    for (const specifier of importsOf(file)) {
      if (specifier.startsWith('.')) files.add(resolve(dirname(file), specifier));
      else external.add(specifier);
    }
  }
  return { files: [...files], external: [...external].toSorted() };
}

/** Standard output of a fresh node that runs `code` as a module in the project's folder. */
function runNode(code: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: root,
    encoding: 'utf8',
  });
  return stderr === '' ? stdout.trim() : stderr;
}

describe('package.json "exports"', () => {
  it('has one file directly under src/ for each key', () => {
    for (const [key, target] of entries) {
      const name = key === '.' ? 'index' : key.slice(2);
      expect(target).toBe(`./dist/${name}.js`);
      expect(existsSync(join(root, sourceOf(target))), `${sourceOf(target)} for ${key}`).toBe(true);
    }
  });

  it('has a key for each file directly under src/, those that put the layers together aside', () => {
    const sources = readdirSync(join(root, 'src')).filter((name) => /(?<!\.test)\.ts$/.test(name));
    const exported = entries.map(([, target]) => relative('src', sourceOf(target)));
    expect(sources.filter((name) => !['runtime.ts', 'recorder.ts'].includes(name)).toSorted()).toEqual(
      exported.toSorted(),
    );
  });

  it('names only declarations and programs that the build has written', () => {
    const targets = [...entries.map(([, target]) => target), ...Object.values(packageJson.bin)];
    for (const target of targets) {
      expect(existsSync(join(root, target)), target).toBe(true);
      expect(existsSync(join(root, target.replace(/\.js$/, '.d.ts'))), target).toBe(true);
    }
  });
});

describe("import 'httptrace'", () => {
  it('loads no package and nothing of the command', () => {
    const { files, external } = reach(join(root, 'dist/index.js'));
    expect(external.filter((specifier) => !specifier.startsWith('node:'))).toEqual([]);
    expect(files.filter((file) => relative(root, file).startsWith(join('dist', 'cli')))).toEqual([]);
  });

  it('is one file, because each module that a program loads makes it slower', () => {
    expect(reach(join(root, 'dist/index.js')).files).toEqual([join(root, 'dist/index.js')]);
  });

  it('changes nothing of node:http, node:https, node:net and node:events', () => {
    const watched = `
      import http from 'node:http';
      import https from 'node:https';
      import net from 'node:net';
      import { EventEmitter } from 'node:events';
      const shapes = [http, https, net, http.Agent.prototype, https.Agent.prototype, http.ClientRequest.prototype,
        net.Socket.prototype, EventEmitter.prototype, http.globalAgent];
      const before = shapes.map((object) => Object.getOwnPropertyDescriptors(object));
      await import('./dist/index.js');
      const changed = [];
      shapes.forEach((object, index) => {
        const after = Object.getOwnPropertyDescriptors(object);
        for (const key of Reflect.ownKeys({ ...before[index], ...after })) {
          const old = before[index][key];
          if (old?.value !== after[key]?.value || old?.get !== after[key]?.get) changed.push(String(key));
        }
      });
      console.log(JSON.stringify(changed));
    `;
    expect(runNode(watched)).toBe('[]');
  });

  it('subscribes to no diagnostics channel and keeps no process alive', () => {
    const code = `
      import { hasSubscribers } from 'node:diagnostics_channel';
      await import('./dist/index.js');
      const channels = ['http.client.request.start', 'http.client.request.created', 'http.client.response.finish',
        'http.client.request.error', 'undici:request:create', 'net.client.socket'];
      console.log(JSON.stringify(channels.filter((name) => hasSubscribers(name))));
    `;
    expect(runNode(code)).toBe('[]');
  });

  it('has undici make one message a request until one is watched, and then tells of that one whole', () => {
    const code = `
      import { hasSubscribers } from 'node:diagnostics_channel';
      import http from 'node:http';
      const { observe } = await import('./dist/index.js');
      const channels = ['undici:request:create', 'undici:client:sendHeaders', 'undici:request:headers',
        'undici:request:trailers'];
      const watched = () => channels.filter((name) => hasSubscribers(name)).length;
      const server = http.createServer((request, response) => response.end('ok')).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      const get = async () => {
        await (await fetch('http://127.0.0.1:' + server.address().port)).text();
        // Then undici has its connection back.
        await new Promise(setImmediate);
      };
      const told = [];
      observe(() => undefined)[Symbol.dispose]();
      await get();
      told.push(watched());
      const watching = observe(() => ({
        getConn: () => void told.push('getConn'),
        gotConn: ({ reused }) => void told.push(reused),
        wroteRequest: () => void told.push('wroteRequest'),
        roundTripDone: ({ err }) => void told.push(err),
      }));
      await get();
      watching[Symbol.dispose]();
      told.push(watched());
      console.log(JSON.stringify(told));
      server.close();
      server.closeAllConnections();
    `;
    expect(runNode(code)).toBe(JSON.stringify([1, 'getConn', true, 'wroteRequest', null, 4]));
  });

  it('loads none of node:http, node:http2, node:tls and undici', () => {
    const code = `
      await import('./dist/index.js');
      console.log(JSON.stringify(process.moduleLoadList
        .filter((name) => /^NativeModule (http|http2|https|tls|internal.deps.undici.undici)$/.test(name))));
    `;
    expect(runNode(code)).toBe('[]');
  });
});
