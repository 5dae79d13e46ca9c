import type { PenOptions } from '../view/pen.ts';
import type { Io, Output } from './io.ts';

const DEFAULT_COLUMNS = 80;

/** What a stream can show: its width, colours, UTF-8. */
export function terminalOf(stream: Output, io: Pick<Io, 'env' | 'platform'>, noColor: boolean): PenOptions {
  return {
    width: columnsOf(stream, io.env),
    colour: !noColor && hasColour(stream, io.env),
    unicode: hasUnicode(io),
  };
}

function columnsOf(stream: Output, env: Io['env']): number {
  if (stream.columns !== undefined && stream.columns > 0) return stream.columns;
  const columns = Number(env['COLUMNS']);
  return Number.isInteger(columns) && columns > 0 ? columns : DEFAULT_COLUMNS;
}

/** https://no-color.org and https://force-color.org; an empty value counts as not set. */
function hasColour(stream: Output, env: Io['env']): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0' && env['FORCE_COLOR'] !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

/** By the locale, in the order of POSIX; Windows has none, and shows UTF-8 since Windows 10. */
function hasUnicode({ env, platform }: Pick<Io, 'env' | 'platform'>): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'];
  if (!locale) return platform === 'win32';
  return /utf-?8/i.test(locale);
}
