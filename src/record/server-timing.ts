import type { ServerTimingEntry } from './types.ts';

/**
 * The metrics in a `Server-Timing` field value (W3C Server Timing, 3): `db;dur=53.2;desc="user query", cache;desc=hit`.
 * Leading metrics that can be read are kept when a later one cannot.
 */
export function parseServerTiming(value: string): ServerTimingEntry[] {
  return split(value, ',').flatMap((metric) => {
    const [name, ...parameters] = split(metric, ';');
    if (name === undefined || !/^[!#$%&'*+.^_`|~\w-]+$/.test(name)) return [];
    const entry: { name: string; duration?: number; description?: string } = { name };
    for (const parameter of parameters) {
      const equals = parameter.indexOf('=');
      const key = (equals < 0 ? parameter : parameter.slice(0, equals)).trim().toLowerCase();
      const text = equals < 0 ? '' : unquote(parameter.slice(equals + 1).trim());
      // The first of each name counts, by the specification.
      if (key === 'dur' && entry.duration === undefined && Number.isFinite(Number.parseFloat(text))) {
        entry.duration = Number.parseFloat(text);
      } else if (key === 'desc' && entry.description === undefined) entry.description = text;
    }
    return [entry];
  });
}

/** Splits at `separator` outside of quoted strings; parts are trimmed, empty ones dropped. */
function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let part = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (quoted && char === '\\') part += char + (text[++i] ?? '');
    else if (char === separator && !quoted) {
      parts.push(part.trim());
      part = '';
    } else {
      if (char === '"') quoted = !quoted;
      part += char;
    }
  }
  parts.push(part.trim());
  return parts.filter((one) => one !== '');
}

function unquote(text: string): string {
  return text.startsWith('"')
    ? text.slice(1, text.endsWith('"') && text.length > 1 ? -1 : undefined).replace(/\\(.)/g, '$1')
    : text;
}
