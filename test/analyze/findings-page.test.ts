import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FINDING_KINDS } from '../../src/analyze/findings/finding.ts';

const page = readFileSync(new URL('../../docs/findings.md', import.meta.url), 'utf8');

it('docs/findings.md has a heading for each kind of finding, and none for another', () => {
  const headings = page.split('\n').filter((line) => /^###? /.test(line));
  const named = headings.flatMap((line) => Array.from(line.matchAll(/`([a-z0-9-]+)`/g), ([, kind]) => kind));
  expect(new Set(named)).toEqual(new Set(FINDING_KINDS));
  expect(named).toHaveLength(FINDING_KINDS.length);
});
