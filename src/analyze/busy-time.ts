import type { RoundTripRecord } from '../record/types.ts';

/** Milliseconds of a round trip in which the event loop was busy, as far as that is known. */
export function busyTime({ phases }: Pick<RoundTripRecord, 'phases'>): number {
  let busy = 0;
  for (const phase of phases) busy += phase.busy ?? 0;
  return busy;
}
