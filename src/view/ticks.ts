/** A labelled place on the time axis. */
export interface Tick {
  /** Place on the axis, 0 to 1. */
  readonly at: number;
  readonly label: string;
}

/**
 * Places round numbers (1, 2, 5 times a power of ten) on an axis that begins at 0.
 *
 * @param duration - length of the axis in milliseconds.
 * @param most - how many ticks there is room for, the one at 0 not counted.
 * @returns ticks from 0 on; the last label has the unit. Only 0 when the axis has no length.
 */
export function axisTicks(duration: number, most: number): Tick[] {
  if (!(duration > 0) || most < 1) return [{ at: 0, label: '0' }];
  const step = roundStep(duration / most);
  const count = Math.floor(duration / step + 1e-9);
  const unit = duration < 10_000 ? 'ms' : 's';
  const divisor = unit === 'ms' ? 1 : 1000;
  const decimals = Math.max(0, -Math.floor(Math.log10(step / divisor) + 1e-9));
  const ticks: Tick[] = [{ at: 0, label: '0' }];
  for (let i = 1; i <= count; i++) {
    const number = ((i * step) / divisor).toFixed(decimals);
    ticks.push({ at: (i * step) / duration, label: i === count ? `${number} ${unit}` : number });
  }
  return ticks;
}

function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const fraction = least / power;
  const round = fraction <= 1 ? 1 : fraction <= 2 ? 2 : fraction <= 5 ? 5 : 10;
  return round * power;
}
