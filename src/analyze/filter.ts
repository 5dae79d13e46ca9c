import type { RoundTripRecord } from '../record/types.ts';
import { hostOf, originOf } from './origin.ts';

/** Which round trips are wanted. Those that meet every condition are; of the values of one condition one has to be met. */
export interface RecordFilter {
  /**
   * `https://example.com`, `example.com` (any scheme and port), `example.com:8443`, `*.example.com` (all below it). Empty:
   * any.
   */
  readonly origins: readonly string[];
  /** Status codes, both ends included. Empty: any, and those without a response. */
  readonly statuses: readonly StatusRange[];
  /** Milliseconds that it took at least. */
  readonly minDuration: number;
  /** Those that failed or were answered with 400 or more. */
  readonly onlyErrors: boolean;
}

export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

/** The filter that lets everything through. */
export const NO_FILTER: RecordFilter = { origins: [], statuses: [], minDuration: 0, onlyErrors: false };

/** Whether the filter lets a round trip through. */
export function matchesFilter(filter: RecordFilter, record: RoundTripRecord): boolean {
  if (record.duration < filter.minDuration) return false;
  if (filter.onlyErrors && !hasFailed(record)) return false;
  const status = record.response?.status;
  const { statuses, origins } = filter;
  if (statuses.length > 0 && !statuses.some((range) => isIn(range, status))) return false;
  if (origins.length === 0) return true;
  const origin = originOf(record.request.url);
  return origins.some((pattern) => matchesOrigin(pattern.toLowerCase(), origin));
}

/** It failed, or was answered with 400 or more. */
export function hasFailed({ outcome, response }: RoundTripRecord): boolean {
  return outcome === 'error' || (response !== undefined && response.status >= 400);
}

function isIn({ from, to }: StatusRange, status: number | undefined): boolean {
  return status !== undefined && from <= status && status <= to;
}

function matchesOrigin(pattern: string, origin: string): boolean {
  if (pattern.includes('://')) return origin === pattern.replace(/\/+$/, '');
  const host = hostOf(origin);
  const name = host.replace(/:\d+$/, '');
  if (pattern.startsWith('*.')) return host.endsWith(pattern.slice(1)) || name.endsWith(pattern.slice(1));
  return host === pattern || name === pattern || name === `[${pattern}]`;
}

/**
 * Reads a status condition: `404`, `5xx`, `400-499`.
 *
 * @returns undefined when it is not one.
 */
export function parseStatusRange(text: string): StatusRange | undefined {
  const [, digit] = /^([1-9])xx$/i.exec(text) ?? [];
  if (digit !== undefined) return { from: Number(digit) * 100, to: Number(digit) * 100 + 99 };
  const [, from, to] = /^([1-9]\d\d)(?:-([1-9]\d\d))?$/.exec(text) ?? [];
  if (from === undefined) return undefined;
  const range = { from: Number(from), to: Number(to ?? from) };
  return range.from <= range.to ? range : undefined;
}
