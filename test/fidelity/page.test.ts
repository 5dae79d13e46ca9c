import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { HOOK_NAMES } from '../../src/trace/hooks.ts';
import { type Cell, COLUMNS, parsePage, readPage } from './page.ts';

const page = readPage();
const text = readFileSync(new URL('../../docs/fidelity.md', import.meta.url), 'utf8');
const ids = page.lines.map(({ id }) => id);

/** Ids that titles of the tests in this folder begin with. */
function witnesses(): Set<string> {
  const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.test.ts'));
  const titles = files.flatMap((file) => {
    const text = readFileSync(`${import.meta.dirname}/${file}`, 'utf8');
    return [...text.matchAll(/\(\s*['"`]([a-z0-9]+(?:-[a-z0-9]+)+): /g)];
  });
  return new Set(titles.map(([, id]) => id!));
}

function idsOf({ parts }: Cell): string[] {
  return parts.flatMap((part) => part.ids);
}

describe('docs/fidelity.md', () => {
  it('has a cell for each hook and client, and one for what holds for every hook', () => {
    const expected = ['every hook', ...HOOK_NAMES].flatMap((row) =>
      COLUMNS.map((column) => `${row}, ${column}`),
    );
    expect(page.cells.map(({ row, column }) => `${row}, ${column}`)).toEqual(expected);
  });

  it('has each id once', () => {
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('names in its table only lines that are about that hook and client', () => {
    const stray = page.cells.flatMap((cell) =>
      idsOf(cell)
        .filter((id) => {
          const line = page.lines.find((line) => line.id === id);
          return line === undefined || !line.hooks.includes(cell.row) || !line.columns.includes(cell.column);
        })
        .map((id) => `${cell.row}, ${cell.column}: ${id}`),
    );
    expect(stray).toEqual([]);
  });

  it('names each line in the cells of all its hooks and clients', () => {
    const missing = page.lines.flatMap(({ id, hooks, columns }) =>
      page.cells
        .filter(({ row, column }) => hooks.includes(row) && columns.includes(column))
        // A hook that is never called, as in Go, has nothing to differ.
        .filter((cell) => !cell.text.startsWith('–') && !idsOf(cell).includes(id))
        .map(({ row, column }) => `${row}, ${column}: ${id}`),
    );
    expect(missing).toEqual([]);
  });

  it('has a witness for each line', () => {
    const known = witnesses();
    expect(ids.filter((id) => !known.has(id))).toEqual([]);
  });

  it('has a line for each witness', () => {
    expect([...witnesses()].filter((id) => !ids.includes(id))).toEqual([]);
  });

  it('knows which undici is in this Node', () => {
    const node = Number.parseInt(process.versions.node, 10);
    const undici = Number.parseInt(process.versions['undici'] ?? '', 10);
    const majors: Readonly<Record<number, number>> = { 20: 6, 22: 6, 24: 7, 26: 8 };
    expect(text).toContain('undici 6 in Node 20 and 22, 7 in Node 24 and 8 in Node 26');
    expect(majors[node] ?? undici).toBe(undici);
  });

  it('says of each line what Go does, what is done here and why', () => {
    const rows = text.split('\n').filter((row) => row.startsWith('| `'));
    expect(rows).toHaveLength(ids.length);
    for (const row of rows) {
      expect(
        row
          .split('|')
          .slice(1, -1)
          .map((field) => field.trim()),
      ).not.toContain('');
    }
  });
});

describe('the table', () => {
  const table = (cell: string): string =>
    `| hook | all clients | http |\n| - | - | - |\n| getConn | same | ${cell} |\n`;

  it.each([
    ['differs', 'must have ids'],
    ['same: `some-id`', 'must have ids'],
    ['maybe: `some-id`', 'is no cell'],
    ['never on Tuesdays: `some-id`', 'is no cell'],
    ['as all', 'does not go with all clients'],
  ])('cannot say "%s"', (cell, message) => {
    expect(() => parsePage(table(cell))).toThrow(message);
  });

  it('has conditions in its cells', () => {
    const [cell] = parsePage(table('differs: `a`, `b`; never with undici 6: `c`')).cells;
    expect(cell!.parts).toEqual([
      { kind: 'differs', condition: undefined, ids: ['a', 'b'] },
      { kind: 'never', condition: { word: 'with', operand: 'undici 6' }, ids: ['c'] },
    ]);
  });
});
