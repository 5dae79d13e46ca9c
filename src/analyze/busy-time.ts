import type { Phase, RoundTripRecord } from '../record/types.ts';

/** Milliseconds of a round trip in which the event loop was busy, as far as that is known. */
export function busyTime({ phases }: Pick<RoundTripRecord, 'phases'>): number {
  let busy = 0;
  for (const phase of phases) busy += busyOf(phase);
  return busy;
}

/** Milliseconds of a phase in which the event loop was busy. */
export function busyOf(phase: Phase & { readonly busy?: number }): number {
  return phase.busy ?? 0;
}
