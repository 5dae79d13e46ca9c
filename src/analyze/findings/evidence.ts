/** A finding names at most this many records. */
const MOST_EXAMPLES = 5;

/** Keeps the first few ids. */
export function keepExample(examples: string[], id: string): void {
  if (examples.length < MOST_EXAMPLES) examples.push(id);
}

/** `42 %` */
export function percentText(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 1) return '<1 %';
  return `${percent < 100 ? Math.min(99, Math.round(percent)) : Math.round(percent)} %`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listText(items: readonly string[]): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`;
}

/** A cost of this share of the requests' time is a warning; less is worth knowing only. */
const COSTLY = 0.05;

export function severityOf(cost: number, time: number): 'info' | 'warning' {
  return time > 0 && cost / time >= COSTLY ? 'warning' : 'info';
}
