import { readFile } from 'node:fs/promises';

const page = 'docs/fidelity.md';

/** A line of docs/fidelity.md: a difference from Go that stands. */
export interface FidelityLine {
  readonly id: string;
  /** `docs/fidelity.md:71` */
  readonly place: string;
  readonly go: string;
  readonly here: string;
}

/** The lines of docs/fidelity.md by their ids. */
export async function fidelityLines(): Promise<ReadonlyMap<string, FidelityLine>> {
  const lines = new Map<string, FidelityLine>();
  let header: readonly string[] = [];
  for (const [index, text] of (await readFile(page, 'utf8')).split('\n').entries()) {
    const fields = text.split('|').map((field) => field.trim());
    if (fields[1] === 'id') header = fields;
    const id = /^`([a-z0-9-]+)`$/.exec(fields[1] ?? '')?.[1];
    if (id === undefined) continue;
    const field = (name: string): string => fields[header.indexOf(name)] ?? '';
    lines.set(id, { id, place: `${page}:${index + 1}`, go: field('Go'), here: field('here') });
  }
  return lines;
}
