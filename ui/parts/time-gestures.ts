import { useEffect, useRef } from 'preact/hooks';
import type { HTMLAttributes } from 'preact';
import { panRange } from '../data/range.ts';
import { zoomBy } from '../state/navigation.ts';
import type { PageState } from '../state/page-state.ts';

/** Pixels after which a press is a drag and no click. */
const DRAG_DISTANCE = 4;
const LINE_PIXELS = 16;

export interface TimeGestures {
  /** For the element whose time is dragged and pointed at. */
  readonly handlers: Pick<
    HTMLAttributes<HTMLDivElement>,
    'onPointerDown' | 'onPointerMove' | 'onPointerUp' | 'onPointerCancel' | 'onPointerLeave'
  >;
  /** Whether the click that is being handled ended a drag. */
  wasDrag(): boolean;
}

/**
 * Zooming and panning by mouse, touchpad and touch: drag or sideways wheel pans, wheel with Ctrl (which is what a pinch on
 * a touchpad sends) zooms, two fingers do both. A plain wheel scrolls the rows, as everywhere.
 *
 * @param left - pixels from the element's left edge to where time begins.
 */
export function useTimeGestures(
  state: PageState,
  element: { readonly current: HTMLElement | null },
  left: number,
): TimeGestures {
  const pointers = useRef(new Map<number, number>());
  const pressedAt = useRef(0);
  const dragged = useRef(false);
  const area = useRef({ left });
  area.current = { left };

  /** Where the time area is on the screen. */
  function timeArea(): { x: number; width: number } {
    const box = element.current?.getBoundingClientRect();
    const client = element.current?.clientWidth ?? 0;
    return { x: (box?.left ?? 0) + area.current.left, width: Math.max(1, client - area.current.left) };
  }

  function timeAt(x: number): number {
    const { x: begin, width } = timeArea();
    const { from, to } = state.range.value;
    return from + ((x - begin) / width) * (to - from);
  }

  function pan(pixels: number): void {
    const { from, to } = state.range.value;
    if (state.zoom.value === undefined) return;
    state.zoom.value = panRange({ from, to }, (pixels / timeArea().width) * (to - from), state.whole.value);
  }

  useEffect(() => {
    const { current } = element;
    if (current === null) return undefined;
    function onWheel(event: WheelEvent): void {
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PIXELS : 1;
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        zoomBy(
          state,
          Math.exp(Math.max(-60, Math.min(60, event.deltaY * unit)) * 0.01),
          timeAt(event.clientX),
        );
        return;
      }
      const sideways = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
      if (Math.abs(sideways) <= Math.abs(event.shiftKey ? 0 : event.deltaY)) return;
      event.preventDefault();
      pan(sideways * unit);
    }
    current.addEventListener('wheel', onWheel, { passive: false });
    return () => current.removeEventListener('wheel', onWheel);
  }, []);

  function onPointerDown(event: PointerEvent): void {
    if (pointers.current.size === 0) dragged.current = false;
    const { x, width } = timeArea();
    if (event.button !== 0 || event.clientX < x || event.clientX > x + width) return;
    if (pointers.current.size === 0) pressedAt.current = event.clientX;
    pointers.current.set(event.pointerId, event.clientX);
  }

  function onPointerMove(event: PointerEvent): void {
    const { x, width } = timeArea();
    const isOverTime = event.clientX >= x && event.clientX <= x + width;
    state.pointedTime.value = isOverTime && event.pointerType === 'mouse' ? timeAt(event.clientX) : undefined;
    // Some releases outside the window are told to nobody.
    if (event.buttons === 0) pointers.current.clear();
    const before = pointers.current.get(event.pointerId);
    if (before === undefined) return;
    const others = [...pointers.current].filter(([id]) => id !== event.pointerId);
    pointers.current.set(event.pointerId, event.clientX);
    if (
      !dragged.current &&
      Math.abs(event.clientX - pressedAt.current) < DRAG_DISTANCE &&
      others.length === 0
    )
      return;
    if (!dragged.current && event.currentTarget instanceof Element)
      event.currentTarget.setPointerCapture(event.pointerId);
    dragged.current = true;
    const other = others[0];
    if (other === undefined) return pan(before - event.clientX);
    const distance = Math.max(10, Math.abs(event.clientX - other[1]));
    return zoomBy(
      state,
      Math.max(10, Math.abs(before - other[1])) / distance,
      timeAt((event.clientX + other[1]) / 2),
    );
  }

  function onPointerUp(event: PointerEvent): void {
    pointers.current.delete(event.pointerId);
  }

  function onPointerLeave(): void {
    state.pointedTime.value = undefined;
  }

  return {
    handlers: { onPointerDown, onPointerMove, onPointerUp, onPointerCancel: onPointerUp, onPointerLeave },
    wasDrag: () => dragged.current,
  };
}
