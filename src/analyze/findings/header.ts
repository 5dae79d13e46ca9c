import type { HeaderField } from '../../record/types.ts';

/** The values of a field, joined by commas; empty when it is not there. */
export function headerValue(header: readonly HeaderField[], lowerCaseName: string): string {
  let found = '';
  for (const [name, value] of header) {
    if (name.length !== lowerCaseName.length || name.toLowerCase() !== lowerCaseName) continue;
    found = found === '' ? value : `${found}, ${value}`;
  }
  return found;
}

/** Whether a list such as that of `Connection` has a word. */
export function hasToken(value: string, token: string): boolean {
  return (
    value !== '' &&
    value
      .toLowerCase()
      .split(',')
      .some((one) => one.trim() === token)
  );
}

/** Seconds of `Keep-Alive: timeout=5`; undefined when the server announces none. */
export function announcedTimeout(header: readonly HeaderField[]): number | undefined {
  const seconds = /timeout\s*=\s*(\d+)/i.exec(headerValue(header, 'keep-alive'))?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}
