import { useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { countInFlight } from '../data/in-flight.ts';
import { panRange } from '../data/range.ts';
import { drawInFlight } from '../draw/rows-picture.ts';
import { Surface } from '../draw/surface.ts';
import { usePageState } from '../state/context.ts';
import { showAll, zoomBy } from '../state/navigation.ts';
import { colours } from '../state/theme.ts';

const HEIGHT = 40;

/** How many requests there were at a time over the whole trace, and which part of it is shown below. */
export function Overview(): JSX.Element {
  const state = usePageState();
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  /** Moment at which the pointer was pressed, and whether it moves what is shown. */
  const pressed = useRef<{ readonly time: number; readonly moves: boolean } | undefined>(undefined);

  useLayoutEffect(() => {
    if (box.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);

  function draw(): void {
    if (canvas.current === null || width === 0) return;
    const surface = new Surface(canvas.current);
    const context = surface.begin(width, HEIGHT);
    if (context === undefined) return;
    const { from, to } = state.whole.peek();
    const counts = countInFlight(state.trace.requests, state.chosen.peek(), from, to, Math.floor(width));
    drawInFlight({ context, surface, colours: colours.peek() }, counts, HEIGHT - 4, HEIGHT - 8);
  }
  useSignalEffect(() => {
    void state.chosen.value;
    void colours.value;
    draw();
  });
  useLayoutEffect(draw, [width]);

  function timeAt(event: PointerEvent): number {
    const edge = box.current?.getBoundingClientRect().left ?? 0;
    const { from, to } = state.whole.value;
    return from + ((event.clientX - edge) / Math.max(1, width)) * (to - from);
  }

  function onPointerDown(event: PointerEvent): void {
    if (event.button !== 0) return;
    const time = timeAt(event);
    const zoom = state.zoom.value;
    pressed.current = { time, moves: zoom !== undefined && time >= zoom.from && time <= zoom.to };
    box.current?.setPointerCapture(event.pointerId);
  }

  function onPointerMove(event: PointerEvent): void {
    if (pressed.current === undefined) return;
    const time = timeAt(event);
    const whole = state.whole.value;
    if (pressed.current.moves && state.zoom.value !== undefined) {
      state.zoom.value = panRange(state.zoom.value, time - pressed.current.time, whole);
      pressed.current = { time, moves: true };
      return;
    }
    const from = Math.max(whole.from, Math.min(time, pressed.current.time));
    const to = Math.min(whole.to, Math.max(time, pressed.current.time));
    if (((to - from) / (whole.to - whole.from)) * width >= 3) state.zoom.value = { from, to };
  }

  const whole = state.whole.value;
  const { from, to } = state.range.value;
  const length = whole.to - whole.from;
  return (
    <section class="overview" aria-label="Time">
      <div
        class="overview-time"
        ref={box}
        aria-hidden="true"
        title="Drag to choose a time, double-click for all"
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={() => (pressed.current = undefined)}
        onPointerCancel={() => (pressed.current = undefined)}
        onDblClick={() => showAll(state)}
      >
        <canvas ref={canvas} />
        <div class="veil" style={{ left: '0', width: `${((from - whole.from) / length) * 100}%` }} />
        <div class="veil end" style={{ right: '0', width: `${((whole.to - to) / length) * 100}%` }} />
      </div>
      <div class="zoom" role="group" aria-label="Time shown">
        <button
          type="button"
          aria-label="Zoom out"
          title="Zoom out (−)"
          onClick={() => zoomBy(state, 1 / 0.6)}
        >
          −
        </button>
        <button type="button" aria-label="Zoom in" title="Zoom in (+)" onClick={() => zoomBy(state, 0.6)}>
          +
        </button>
        <button
          type="button"
          title="Show all of the time (0)"
          disabled={state.zoom.value === undefined}
          onClick={() => showAll(state)}
        >
          All
        </button>
      </div>
    </section>
  );
}
