import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

function packagesOf(file: string): Lock['packages'] {
  const { packages } = JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')) as Lock; // npm writes it
  return packages;
}

describe.each(['package-lock.json', 'bench/package-lock.json', 'test/undici/v8/package-lock.json'])(
  '%s',
  (file) => {
    const packages = packagesOf(file);

    it('names no registry, so that any mirror can install it', () => {
      const resolved = Object.entries(packages).filter(([, { resolved: url }]) => url !== undefined);
      expect(resolved).toEqual([]);
    });

    it('has the digest of every package', () => {
      const bare = Object.entries(packages).filter(
        ([path, { integrity }]) => path !== '' && integrity === undefined,
      );
      expect(bare).toEqual([]);
    });
  },
);

describe('package-lock.json', () => {
  const packages = packagesOf('package-lock.json');

  it('has the native binaries of every platform, without which `npm ci` refuses it', () => {
    const installed = new Set(Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, '')));
    const wanted = Object.values(packages).flatMap(({ optionalDependencies }) =>
      Object.keys(optionalDependencies ?? {}),
    );
    expect(wanted.length).toBeGreaterThan(0);
    expect(wanted.filter((name) => !installed.has(name))).toEqual([]);
  });
});
