import { useSignal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { groupOfRow } from '../data/rows.ts';
import { drawRows, ROW_HEIGHT, type RowWindow } from '../draw/rows-picture.ts';
import { Surface } from '../draw/surface.ts';
import { usePageState } from '../state/context.ts';
import { openRow, pressKey } from '../state/navigation.ts';
import { colours as coloursInUse } from '../state/theme.ts';
import { ColumnHeads } from './column-heads.tsx';
import { PointerReadout } from './pointer-readout.tsx';
import { Splitter } from './splitter.tsx';
import { GroupRow, RequestRow } from './row.tsx';
import { useTimeGestures } from './time-gestures.ts';

/** Rows beyond the edges that exist already when they are scrolled to. */
const MARGIN = 12;

/** All requests: their rows, and their time on one axis. */
export function RequestGrid(): JSX.Element {
  const state = usePageState();
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSignal({ width: 0, height: 0, left: 0 });
  const top = useSignal(state.scrollTop);

  // Read here, so that it is followed at once: later it would take the focus from where one has gone meanwhile.
  const reveal = state.reveal.value;
  const list = state.rows.value;
  const firstSeen = Math.floor(top.value / ROW_HEIGHT);
  const seen = Math.ceil(size.value.height / ROW_HEIGHT);
  const rowWindow = windowAround(firstSeen, seen, list.rows.length);
  const activeIndex = state.activeKey.value === undefined ? -1 : state.indexOfKey(state.activeKey.value);

  useMeasured(scroller, (width, height) => {
    const left = scroller.current?.querySelector('.time-edge')?.getBoundingClientRect().left ?? 0;
    const edge = scroller.current?.getBoundingClientRect().left ?? 0;
    size.value = { width, height, left: left - edge };
  });
  useBars(canvas, rowWindow, size.value.width - size.value.left);
  const gestures = useTimeGestures(state, scroller, size.value.left);

  useLayoutEffect(() => {
    if (scroller.current !== null) scroller.current.scrollTop = state.scrollTop;
  }, []);
  useLayoutEffect(() => {
    if (state.revealed === reveal) return;
    state.revealed = reveal;
    if (activeIndex < 0 || scroller.current === null) return;
    const { scrollTop, clientHeight } = scroller.current;
    const rowTop = activeIndex * ROW_HEIGHT;
    if (rowTop < scrollTop) scroller.current.scrollTop = rowTop;
    else if (rowTop + ROW_HEIGHT > scrollTop + clientHeight)
      scroller.current.scrollTop = rowTop + ROW_HEIGHT - clientHeight;
    document.getElementById(`row-${activeIndex}`)?.focus({ preventScroll: true });
  });

  function onKeyDown(event: KeyboardEvent): void {
    if (!pressKey(state, event, Math.max(1, seen - 2))) return;
    event.preventDefault();
    state.reveal.value++;
  }

  const shown = indicesOf(rowWindow, activeIndex);
  return (
    <div class="grid-frame">
      <div
        class="grid"
        role="treegrid"
        aria-label="Requests"
        aria-rowcount={list.rows.length + 1}
        aria-colcount={6}
        onKeyDown={onKeyDown}
      >
        <ColumnHeads />
        <div
          class="rows"
          role="rowgroup"
          ref={scroller}
          tabIndex={activeIndex < 0 ? 0 : -1}
          onScroll={(event) => (top.value = state.scrollTop = event.currentTarget.scrollTop)}
          onClick={(event) => {
            const index = indexOfTarget(event.target);
            if (index !== undefined && !gestures.wasDrag()) openRow(state, index);
          }}
          {...gestures.handlers}
        >
          <div
            class="rows-space"
            role="presentation"
            style={{ height: `${list.rows.length * ROW_HEIGHT}px` }}
          >
            <div class="time-edge" aria-hidden="true"></div>
            <canvas
              class="bars"
              aria-hidden="true"
              ref={canvas}
              style={{ transform: `translateY(${rowWindow.first * ROW_HEIGHT}px)` }}
            />
            {shown.map((index) => {
              const row = list.rows[index];
              if (row === undefined) return null;
              const group = groupOfRow(list, row);
              const key = group?.key ?? state.trace.requests.id[row];
              const isActive = index === activeIndex;
              if (group !== undefined)
                return (
                  <GroupRow
                    key={key}
                    index={index}
                    isActive={isActive}
                    group={group}
                    isOpen={state.isOpen(group)}
                  />
                );
              return (
                <RequestRow
                  key={key}
                  index={index}
                  isActive={isActive}
                  trace={state.trace}
                  request={row}
                  grouping={state.grouping.value}
                  isSelected={state.selectedId.value !== undefined && state.selectedId.value === key}
                />
              );
            })}
          </div>
        </div>
      </div>
      <Splitter left={size.value.left} width={size.value.width} />
      <PointerReadout left={size.value.left} width={size.value.width} />
    </div>
  );
}

/** The window moves in steps, so that not each pixel of scrolling makes new rows. */
function windowAround(first: number, seen: number, rows: number): RowWindow {
  const from = Math.max(0, Math.floor((first - MARGIN / 2) / (MARGIN / 2)) * (MARGIN / 2));
  return { first: Math.min(from, rows), end: Math.min(rows, from + seen + 2 * MARGIN) };
}

/** The active row always exists, else the focus would be lost while scrolling. */
function indicesOf({ first, end }: RowWindow, active: number): number[] {
  const indices = Array.from({ length: Math.max(0, end - first) }, (_, offset) => first + offset);
  if (active >= 0 && (active < first || active >= end)) indices.push(active);
  return indices;
}

function indexOfTarget(target: EventTarget | null): number | undefined {
  if (!(target instanceof Element)) return undefined;
  const index = target.closest<HTMLElement>('[data-index]')?.dataset.index;
  return index === undefined ? undefined : Number(index);
}

function useMeasured(
  element: { readonly current: HTMLElement | null },
  measured: (width: number, height: number) => void,
): void {
  useEffect(() => {
    const { current } = element;
    if (current === null) return undefined;
    const measure = (): void => measured(current.clientWidth, current.clientHeight);
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    const edge = current.querySelector('.time-edge');
    if (edge !== null) observer.observe(edge);
    measure();
    return () => observer.disconnect();
  }, []);
}

/** Draws the time of the rows in the window whenever something that it shows has changed, once a frame. */
function useBars(
  canvas: { readonly current: HTMLCanvasElement | null },
  rowWindow: RowWindow,
  width: number,
): void {
  const state = usePageState();
  const colours = coloursInUse.value;
  const frame = useRef(0);
  const what = useRef({ rowWindow, width, colours });
  what.current = { rowWindow, width, colours };

  function draw(): void {
    cancelAnimationFrame(frame.current);
    if (canvas.current === null) return;
    const { rowWindow, width, colours } = what.current;
    const surface = new Surface(canvas.current);
    const context = surface.begin(Math.max(1, width), (rowWindow.end - rowWindow.first) * ROW_HEIGHT);
    if (context === undefined) return;
    const range = state.range.peek();
    const scale = width / (range.to - range.from);
    drawRows({ context, surface, colours, range, scale }, state.trace, state.rows.peek(), rowWindow);
  }

  useSignalEffect(() => {
    void state.range.value;
    void state.rows.value;
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(draw);
  });
  // The canvas moves with the rows at once; its picture must not be of other rows for even a frame.
  useLayoutEffect(draw, [rowWindow.first, rowWindow.end, width, colours]);
}
