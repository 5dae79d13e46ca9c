/** The last moment that a Date can hold, milliseconds since the Unix epoch. */
const LAST = 8.64e15;

/** `2026-11-20T14:03:07.250Z`; files can hold any number as a time. */
export function isoTime(milliseconds: number): string {
  return Math.abs(milliseconds) <= LAST ? new Date(milliseconds).toISOString() : 'unknown';
}

/** `2026-11-20` */
export function isoDay(milliseconds: number): string {
  return isoTime(milliseconds).slice(0, 10);
}
