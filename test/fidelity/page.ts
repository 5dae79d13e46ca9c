import { readFileSync } from 'node:fs';

import { HOOK_NAMES, type HookName } from '../../src/trace/hooks.ts';

/** A client as a column of the table. */
export const COLUMNS = [
  'http',
  'https',
  'fetch',
  'undici 6',
  'undici 7',
  'undici 8',
  'http2',
  'undici h2',
] as const;
export type Column = (typeof COLUMNS)[number];

/** A row of the table: a hook, or what holds for all of them. */
export type Row = HookName | 'every hook';

/** The column of what holds for each client. */
const EVERY_CLIENT = 'all clients';

/** What a part of a cell says: as Go, as the column for all clients, otherwise, not although Go does, not as in Go. */
export type Kind = 'same' | 'as all' | 'differs' | 'never' | '–';

/** `kind`, with the ids of the lines that tell how or why, where `condition` holds. */
export interface Part {
  readonly kind: Kind;
  readonly condition: Condition | undefined;
  readonly ids: readonly string[];
}

/** `before Node 22`, `from Node 22`, or `with fetch`: one of the clients that share a column. */
export interface Condition {
  readonly word: 'before' | 'from' | 'with';
  readonly operand: string;
}

export interface Cell {
  readonly row: Row;
  readonly column: Column;
  readonly text: string;
  readonly parts: readonly Part[];
}

/** A difference: a row of one of the tables below the first. */
export interface Line {
  readonly id: string;
  readonly hooks: readonly Row[];
  readonly columns: readonly Column[];
  readonly section: string;
}

export interface Page {
  readonly cells: readonly Cell[];
  readonly lines: readonly Line[];
}

const ROWS: readonly Row[] = [...HOOK_NAMES, 'every hook'];

/** Words of a line's `clients` that stand for several columns. */
const GROUPS: Readonly<Record<string, readonly Column[]>> = {
  all: COLUMNS,
  undici: ['undici 6', 'undici 7', 'undici 8'],
};

/** docs/fidelity.md, as data. Throws where it is not in the form that its own legend gives. */
export function readPage(): Page {
  return parsePage(readFileSync(new URL('../../docs/fidelity.md', import.meta.url), 'utf8'));
}

export function parsePage(text: string): Page {
  const cells: Cell[] = [];
  const lines: Line[] = [];
  let section = '';
  let header: readonly string[] | undefined;
  for (const line of text.split('\n')) {
    if (line.startsWith('## ')) section = line.slice(3);
    if (!line.startsWith('|')) header = undefined;
    else if (header === undefined) header = columnsOf(line);
    else if (!/^\|[ :|-]+$/.test(line)) {
      const fields = columnsOf(line);
      if (header[0] === 'hook') cells.push(...cellsOf(header, fields));
      if (header[0] === 'id') lines.push(lineOf(header, fields, section));
    }
  }
  return { cells, lines };
}

function columnsOf(line: string): readonly string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((field) => field.trim());
}

function cellsOf(header: readonly string[], fields: readonly string[]): readonly Cell[] {
  const row = known(ROWS, plain(fields[0]), 'hook');
  const parts = fields.map((text, index) => (index === 0 ? [] : text.split(';').map(partOf)));
  const shared = parts[header.indexOf(EVERY_CLIENT)] ?? [];
  const differs = shared.some(({ kind }) => kind === 'differs');
  return COLUMNS.filter((column) => header.includes(column)).map((column) => {
    const index = header.indexOf(column);
    const own = parts[index] ?? [];
    if (own.some(({ kind }) => kind === (differs ? 'same' : 'as all'))) {
      throw new Error(`fidelity.md: ${row}, ${column}: "${fields[index]}" does not go with all clients`);
    }
    return { row, column, text: fields[index] ?? '', parts: differs ? [...shared, ...own] : own };
  });
}

const PART =
  /^(?<kind>same|as all|differs|never|–)(?: (?<word>before|from|with) (?<operand>(?:Node )?[\w ]+?))?(?:: (?<ids>.+))?$/;

function partOf(text: string): Part {
  const found = PART.exec(text.trim())?.groups;
  if (found === undefined) throw new Error(`fidelity.md: "${text}" is no cell`);
  const { kind, word, operand, ids } = found as Partial<Record<string, string>>;
  const part = {
    kind: kind as Kind, // the expression allows no other
    condition:
      word === undefined || operand === undefined
        ? undefined
        : { word: word as Condition['word'], operand: operand.replace('Node ', '') },
    ids: ids === undefined ? [] : list(ids),
  };
  const explained = part.kind === 'differs' || part.kind === 'never';
  if (explained !== part.ids.length > 0)
    throw new Error(`fidelity.md: "${text}" must have ids: ${explained}`);
  return part;
}

function lineOf(header: readonly string[], fields: readonly string[], section: string): Line {
  const field = (name: string): string => fields[header.indexOf(name)] ?? '';
  return {
    id: plain(field('id')),
    hooks: list(field('hook')).map((name) => known(ROWS, name, 'hook')),
    columns: list(field('clients')).flatMap((name) => GROUPS[name] ?? [known(COLUMNS, name, 'client')]),
    section,
  };
}

function list(text: string): readonly string[] {
  return text.split(',').map(plain);
}

function plain(text = ''): string {
  return text.replaceAll('`', '').replaceAll('node:', '').trim();
}

function known<T extends string>(all: readonly T[], name: string, what: string): T {
  const found = all.find((one) => one === name);
  if (found === undefined) throw new Error(`fidelity.md: "${name}" is no ${what}`);
  return found;
}

/** The parts of a cell that hold on this Node for `client`, one of those that share the cell's column. */
export function holding({ parts }: Cell, client: string): readonly Part[] {
  const node = Number(process.versions.node.split('.')[0]);
  const holds = ({ word, operand }: Condition): boolean => {
    if (word === 'with') return operand === client;
    return word === 'before' ? node < Number(operand) : node >= Number(operand);
  };
  return parts.filter(({ condition }) => condition === undefined || holds(condition));
}
