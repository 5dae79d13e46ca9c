import { HOOK_NAMES, type HookName } from '../../src/trace/hooks.ts';
import { type Column, holding, type Page } from './page.ts';

/** What was seen of a client: the hooks that were called when Go would have called each. */
export interface Seen {
  readonly column: Column;
  /** One of the clients that share the column. */
  readonly client: string;
  readonly called: ReadonlySet<HookName>;
}

/** Where the table says one thing and the client has done another, as sentences. */
export function disagreements(page: Page, { column, client, called }: Seen): string[] {
  return HOOK_NAMES.flatMap((hook) => {
    const cell = page.cells.find((cell) => cell.row === hook && cell.column === column);
    if (cell === undefined) return [`${hook} has no cell for ${column}`];
    const kinds = holding(cell, client).map(({ kind }) => kind);
    const expected = !kinds.includes('never') && !kinds.includes('–');
    if (expected === called.has(hook)) return [];
    const was = called.has(hook) ? 'was called' : 'was not called';
    return [`${hook} ${was} for ${client}, and docs/fidelity.md says of ${column}: ${cell.text}`];
  });
}
