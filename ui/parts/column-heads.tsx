import { useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { placedTicks } from '../draw/axis-ticks.ts';
import { Surface } from '../draw/surface.ts';
import { usePageState } from '../state/context.ts';
import { colours } from '../state/theme.ts';

const HEIGHT = 26;

export function ColumnHeads(): JSX.Element {
  const state = usePageState();
  const isByDuration = state.order.value === 'duration';
  return (
    <div class="heads" role="rowgroup">
      <div class="head" role="row" aria-rowindex={1}>
        <div class="cell outcome" role="columnheader">
          Status
        </div>
        <div class="cell method" role="columnheader">
          Method
        </div>
        <div class="cell url" role="columnheader">
          URL
        </div>
        <div class="cell connection" role="columnheader">
          Conn.
        </div>
        <div class="cell duration" role="columnheader" aria-sort={isByDuration ? 'descending' : 'none'}>
          <button
            type="button"
            class="sort"
            title={isByDuration ? 'Sort by start' : 'Sort by duration, longest first'}
            onClick={() => (state.order.value = isByDuration ? 'start' : 'duration')}
          >
            Time{isByDuration ? ' ↓' : ''}
          </button>
        </div>
        <div class="cell timeline" role="columnheader">
          <span class="unseen">Phases</span>
          <Axis />
        </div>
      </div>
    </div>
  );
}

function Axis(): JSX.Element {
  const state = usePageState();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);

  useLayoutEffect(() => {
    const parent = canvas.current?.parentElement;
    if (parent === null || parent === undefined) return undefined;
    const observer = new ResizeObserver(() => setWidth(parent.clientWidth));
    observer.observe(parent);
    return () => observer.disconnect();
  }, []);

  function draw(): void {
    if (canvas.current === null || width === 0) return;
    const surface = new Surface(canvas.current);
    const context = surface.begin(width, HEIGHT);
    if (context === undefined) return;
    const { line, muted } = colours.peek();
    context.font = `11px ${getComputedStyle(canvas.current).fontFamily}`;
    context.textBaseline = 'middle';
    for (const { x: place, label } of placedTicks(state.range.peek(), state.trace.first, width)) {
      const x = surface.snap(place);
      context.fillStyle = line;
      context.fillRect(x, 0, 1 / surface.ratio, HEIGHT);
      context.fillStyle = muted;
      if (x + context.measureText(label).width + 6 < width) context.fillText(label, x + 4, HEIGHT / 2);
    }
  }

  useSignalEffect(() => {
    void state.range.value;
    void colours.value;
    draw();
  });
  useLayoutEffect(draw, [width]);
  return <canvas class="axis" aria-hidden="true" ref={canvas} />;
}
