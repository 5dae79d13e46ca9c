import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

const LEAST = 20;
const MOST = 80;
const STEP = 2;

/** Moves the border between text and time. */
export function Splitter(): JSX.Element {
  const [share, setShare] = useState<number | undefined>(undefined);

  function move(to: number): void {
    const next = Math.min(MOST, Math.max(LEAST, to));
    setShare(next);
    document.documentElement.style.setProperty('--left', `${next}%`);
  }

  function shareAt(event: PointerEvent): number {
    const box = (event.currentTarget as Element).parentElement?.getBoundingClientRect(); // the handler's own element
    return box === undefined ? 50 : ((event.clientX - box.left) / box.width) * 100;
  }

  return (
    <div
      class="splitter"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the text columns"
      aria-valuemin={LEAST}
      aria-valuemax={MOST}
      aria-valuenow={Math.round(share ?? 45)}
      tabIndex={0}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) =>
        event.currentTarget.hasPointerCapture(event.pointerId) && move(shareAt(event))
      }
      onKeyDown={(event) => {
        if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
        event.preventDefault();
        event.stopPropagation();
        move((share ?? 45) + (event.key === 'ArrowLeft' ? -STEP : STEP));
      }}
    />
  );
}
