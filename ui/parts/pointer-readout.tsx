import type { JSX } from 'preact';
import { formatDuration } from '../../src/view/format.ts';
import { usePageState } from '../state/context.ts';

interface ReadoutProps {
  /** Pixels from the left edge to where time begins. */
  readonly left: number;
  /** Of the rows, scroll bar aside. */
  readonly width: number;
}

/** A line through all rows at the moment that the pointer is on, and which it is. */
export function PointerReadout({ left, width: all }: ReadoutProps): JSX.Element | null {
  const state = usePageState();
  const time = state.pointedTime.value;
  if (time === undefined) return null;
  const { from, to } = state.range.value;
  const width = all - left;
  const x = left + ((time - from) / (to - from)) * width;
  const sinceFirst = time - state.trace.first;
  const text = `${sinceFirst < 0 ? '−' : ''}${formatDuration(Math.abs(sinceFirst))}`;
  return (
    <div
      class={x > left + width - 90 ? 'pointer flipped' : 'pointer'}
      aria-hidden="true"
      style={{ transform: `translateX(${x}px)` }}
    >
      <span>{text}</span>
    </div>
  );
}
