import type { ServerTimingEntry } from './types.ts';

/** RFC 9110, 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;

/**
 * The metrics in a `Server-Timing` field value (W3C Server Timing, 3): `db;dur=53.2;desc="user query", cache;desc=hit`.
 * A metric that cannot be read is left out, the others are kept. Takes time in proportion to the length.
 */
export function parseServerTiming(value: string): ServerTimingEntry[] {
  return split(value, ',').flatMap((metric) => {
    const [name, ...parameters] = split(metric, ';');
    return name === undefined || !TOKEN.test(name) ? [] : [{ name, ...valuesOf(parameters) }];
  });
}

/** Of each parameter the first counts, also when it cannot be read. */
function valuesOf(parameters: readonly string[]): Omit<ServerTimingEntry, 'name'> {
  let duration: number | undefined;
  let description: string | undefined;
  for (const parameter of parameters) {
    const equals = parameter.indexOf('=');
    const key = (equals < 0 ? parameter : parameter.slice(0, equals)).trim().toLowerCase();
    if (key !== 'dur' && key !== 'desc') continue;
    const text = equals < 0 ? '' : unquoted(parameter.slice(equals + 1).trim());
    if (key === 'dur') duration ??= Number.parseFloat(text);
    else description ??= text;
  }
  return {
    ...(Number.isFinite(duration) ? { duration: duration! } : {}),
    ...(description === undefined ? {} : { description }),
  };
}

/** Splits at `separator` outside of quoted strings; parts are trimmed, empty ones dropped. */
function split(text: string, separator: ',' | ';'): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (quoted && char === '\\') i++;
    else if (char === '"') quoted = !quoted;
    else if (char === separator && !quoted) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  parts.push(text.slice(start).trim());
  return parts.filter((part) => part !== '');
}

/** A quoted string's content, up to its closing quote; anything else as it is. */
function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  let content = '';
  for (let i = 1; i < text.length && text[i] !== '"'; i++) {
    if (text[i] === '\\') i++;
    content += text[i] ?? '';
  }
  return content;
}
