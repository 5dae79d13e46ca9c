import type { Range } from '../data/range.ts';

/** Pixels between two ticks at least. */
const SPACE = 90;

/** A tick on its axis. */
export interface PlacedTick {
  /** Pixels from the left. */
  readonly x: number;
  readonly label: string;
}

/**
 * The ticks of the axis, for its labels and for the lines below them.
 *
 * @param zero - the moment that is 0.
 * @param width - pixels.
 */
export function placedTicks({ from, to }: Range, zero: number, width: number): PlacedTick[] {
  const scale = width / (to - from);
  return axisTicksBetween(from - zero, to - zero, width / SPACE).map(({ time, label }) => ({
    x: (time + zero - from) * scale,
    label,
  }));
}

/** A labelled moment. */
export interface AxisTick {
  /** Milliseconds. */
  readonly time: number;
  readonly label: string;
}

const UNITS: readonly (readonly [name: string, milliseconds: number])[] = [
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
  ['ms', 1],
  ['µs', 0.001],
];
/** Minutes and hours are not divided in tens. */
const LONG_STEPS = [
  15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000,
  43_200_000, 86_400_000,
];

/**
 * Round moments in a stretch of time.
 *
 * @param most - how many there is room for.
 */
export function axisTicksBetween(from: number, to: number, most: number): AxisTick[] {
  if (!(to > from) || most < 1) return [];
  const step = roundStep((to - from) / most);
  const ticks: AxisTick[] = [];
  for (let n = Math.ceil(from / step); n * step <= to; n++)
    ticks.push({ time: n * step, label: label(n * step, step) });
  return ticks;
}

function roundStep(least: number): number {
  if (least > 10_000) {
    const step = LONG_STEPS.find((candidate) => candidate >= least);
    return step ?? 86_400_000 * roundStep(least / 86_400_000);
  }
  const power = 10 ** Math.floor(Math.log10(least));
  const fraction = least / power;
  return power * (fraction <= 1 ? 1 : fraction <= 2 ? 2 : fraction <= 5 ? 5 : 10);
}

function label(time: number, step: number): string {
  if (Math.abs(time) < step / 2) return '0';
  const [name, size] = UNITS.find(
    ([, milliseconds]) => Math.abs(time) >= milliseconds && step >= milliseconds / 1000,
  ) ?? ['ms', 1];
  if (name === 'min' || name === 'h') return clockLabel(time);
  const decimals = Math.max(0, Math.ceil(-Math.log10(step / size) - 1e-9));
  return `${time < 0 ? '−' : ''}${(Math.abs(time) / size).toFixed(decimals)} ${name}`;
}

/** `12:30` is minutes and seconds, `2:05:00` hours too. */
function clockLabel(time: number): string {
  const seconds = Math.round(Math.abs(time) / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  const text = shown
    .map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0')))
    .join(':');
  return `${time < 0 ? '−' : ''}${text}${shown.length === 2 ? ' min' : ' h'}`;
}
