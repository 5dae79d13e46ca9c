/** How the durations of one picture are written, so that their decimal points stand below each other. */
export interface DurationScale {
  readonly unit: 'ms' | 's';
  /** Without the unit: `12.3`; `<0.1` for what would be rounded to zero. */
  number(milliseconds: number): string;
  /** With the unit: `12.3 ms`. */
  text(milliseconds: number): string;
}

/**
 * Chooses unit and decimals for a picture or table.
 *
 * @param longest - the longest duration in it, in milliseconds.
 */
export function durationScale(longest: number): DurationScale {
  const unit = longest < 10_000 ? 'ms' : 's';
  const divisor = unit === 'ms' ? 1 : 1000;
  const decimals = longest < 100 ? 2 : longest < 10_000 ? 1 : 2;
  const smallest = 10 ** -decimals;
  function number(milliseconds: number): string {
    const value = milliseconds / divisor;
    return value > 0 && value < smallest / 2 ? `<${smallest.toFixed(decimals)}` : value.toFixed(decimals);
  }
  return { unit, number, text: (milliseconds) => `${number(milliseconds)} ${unit}` };
}

/** A single duration in running text: three digits and a unit that fits, `0.12 ms`, `45.6 ms`, `1.23 s`, `2 min 5 s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 999.5) return `${threeDigits(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${threeDigits(seconds)} s`;
  const minutes = Math.floor(Math.round(seconds) / 60);
  return `${minutes} min ${Math.round(seconds) - minutes * 60} s`;
}

/** A number of bytes in decimal units: `532 B`, `1.23 kB`, `45.6 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${threeDigits(value)} ${units[unit]}`;
}

/** Bytes a second; undefined when the time is too short to say anything. */
export function formatThroughput(bytes: number, milliseconds: number): string | undefined {
  if (milliseconds < 1) return undefined;
  return `${formatBytes((bytes * 1000) / milliseconds)}/s`;
}

/** `1 request`, `2 requests`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `1st`, `2nd`, `3rd`, `4th`, `11th`. */
export function ordinal(n: number): string {
  const tens = n % 100;
  const suffix = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${suffix}`;
}

function threeDigits(value: number): string {
  if (value < 9.995) return value.toFixed(2);
  if (value < 99.95) return value.toFixed(1);
  return value.toFixed(0);
}
