import { resolve } from 'node:path';

/** Name of the variable by which `httptrace run` tells the processes of its command where to write. Not for users. */
export const SPOOL_VARIABLE = 'HTTPTRACE_SPOOL';
/** Name of the variable that asks for call sites. */
export const STACK_VARIABLE = 'HTTPTRACE_STACK';

const DEFAULT_FILE = 'httptrace.jsonl';
const DEFAULT_LIMIT = 1000;
const MEGABYTE = 1_000_000;

/** How a process is to be traced, and where to. */
export interface Settings {
  readonly target: Target;
  /** Record where in the application each request was made. */
  readonly callSite: boolean;
}

export type Target =
  | { readonly kind: 'spool'; readonly folder: string; readonly owner: number }
  /** `limit` in bytes. */
  | { readonly kind: 'file'; readonly path: string; readonly limit: number };

/**
 * Reads the environment.
 *
 * @returns undefined when it says that nothing is to be traced.
 */
export function readSettings(
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): Settings | undefined {
  if (isOff(env['HTTPTRACE'])) return undefined;
  const callSite = isOn(env[STACK_VARIABLE]);
  const spool = env[SPOOL_VARIABLE];
  if (spool !== undefined && spool !== '') {
    const owner = spoolOwner(spool);
    return owner === undefined ? undefined : { target: { kind: 'spool', folder: spool, owner }, callSite };
  }
  const path = resolve(cwd, env['HTTPTRACE_FILE'] || DEFAULT_FILE);
  const megabytes = Number(env['HTTPTRACE_FILE_LIMIT'] || DEFAULT_LIMIT);
  const limit = megabytes > 0 ? megabytes : DEFAULT_LIMIT;
  return { target: { kind: 'file', path, limit: limit * MEGABYTE }, callSite };
}

/** Begins the name of a spool's folder; the reader's process id and random letters follow. */
export const SPOOL_PREFIX = 'httptrace-run-';

/** Process id of the reader of a spool, which its folder's name tells; undefined when that is no spool. */
export function spoolOwner(folder: string): number | undefined {
  const [, pid] = /(?:^|[/\\])httptrace-run-(\d+)-[^/\\]+$/.exec(folder) ?? [];
  return pid === undefined ? undefined : Number(pid);
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== '' && !isOff(value);
}

function isOff(value: string | undefined): boolean {
  return value === '0' || value === 'off' || value === 'false';
}
