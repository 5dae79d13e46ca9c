import { resolve } from 'node:path';
import { DEFAULT_SHARES, type Shares } from './pace.ts';

/** Name of the variable by which `httptrace run` tells the processes of its command where to write. Not for users. */
export const SPOOL_VARIABLE = 'HTTPTRACE_SPOOL';
/** Name of the variable that says how many round trips a second are recorded. */
export const RATE_VARIABLE = 'HTTPTRACE_RATE';
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
  /** So many round trips a second are recorded at most in a thread; `Infinity` for all. */
  readonly rate: number;
  /** Which part of the time recording may take; undefined when the user has chosen the rate. */
  readonly shares: Shares | undefined;
}

const DEFAULT_RATE = 1000;

/** The number that `text` gives, `Infinity` for `all`; undefined when it is none. */
export function parseRate(text: string): number | undefined {
  if (text === 'all') return Infinity;
  const rate = Number(text);
  return /^\d+(\.\d+)?$/.test(text) && rate > 0 ? rate : undefined;
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
  const chosen = parseRate(env[RATE_VARIABLE] ?? '');
  const rate = chosen ?? DEFAULT_RATE;
  const shares = chosen === undefined ? DEFAULT_SHARES : undefined;
  const spool = env[SPOOL_VARIABLE];
  if (spool !== undefined && spool !== '') {
    const owner = spoolOwner(spool);
    return owner === undefined
      ? undefined
      : { target: { kind: 'spool', folder: spool, owner }, callSite, rate, shares };
  }
  const path = resolve(cwd, env['HTTPTRACE_FILE'] || DEFAULT_FILE);
  const megabytes = Number(env['HTTPTRACE_FILE_LIMIT'] || DEFAULT_LIMIT);
  const limit = megabytes > 0 ? megabytes : DEFAULT_LIMIT;
  return { target: { kind: 'file', path, limit: limit * MEGABYTE }, callSite, rate, shares };
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
