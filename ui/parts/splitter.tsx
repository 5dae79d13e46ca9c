import type { JSX } from 'preact';

const LEAST = 20;
const MOST = 80;
const STEP = 2;

interface SplitterProps {
  /** Where the border is, pixels. */
  readonly left: number;
  /** Of text and time together. */
  readonly width: number;
}

/** Moves the border between text and time. */
export function Splitter({ left, width }: SplitterProps): JSX.Element {
  const share = width > 0 ? (left / width) * 100 : 50;

  function move(to: number): void {
    const next = Math.min(MOST, Math.max(LEAST, to));
    document.documentElement.style.setProperty('--left', `${next}%`);
  }

  function shareAt(event: PointerEvent): number {
    const box = (event.currentTarget as Element).parentElement?.getBoundingClientRect(); // the handler's own element
    return box === undefined ? share : ((event.clientX - box.left) / Math.max(1, width)) * 100;
  }

  return (
    <div
      class="splitter"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the text columns"
      aria-valuemin={LEAST}
      aria-valuemax={MOST}
      aria-valuenow={Math.round(share)}
      tabIndex={0}
      style={{ left: `${left - 4}px` }}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) =>
        event.currentTarget.hasPointerCapture(event.pointerId) && move(shareAt(event))
      }
      onKeyDown={(event) => {
        if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
        event.preventDefault();
        event.stopPropagation();
        move(share + (event.key === 'ArrowLeft' ? -STEP : STEP));
      }}
    />
  );
}
