import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

import { whyUnsupported } from '../../src/cli/supported-node.ts';

it.each(['20.19.0', '20.20.2', '22.12.0', '24.0.0', '26.10.0'])('the command runs on Node %s', (version) => {
  expect(whyUnsupported(version)).toBeUndefined();
});

it.each(['12.22.12', '18.20.8', '20.18.3', '21.7.3', '22.11.0'])(
  'the command says on Node %s which versions it needs',
  (version) => {
    expect(whyUnsupported(version)).toBe(
      `httptrace needs Node 20.19 or newer of 20, or 22.12 or newer; this is Node ${version}`,
    );
  },
);

it('the preload, which an old Node has to read, has the same rule in it, and package.json says the same', () => {
  const [command, preload, manifest] = ['src/cli/supported-node.ts', 'src/preload.cts', 'package.json'].map(
    (name) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'),
  );
  const [rule = 'none'] = /const isSupported = .*;/.exec(command ?? '') ?? [];
  expect(preload).toContain(rule);
  expect(JSON.parse(manifest ?? '')).toMatchObject({ engines: { node: '^20.19.0 || >=22.12.0' } });
});
