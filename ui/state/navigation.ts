import { panRange, zoomRange } from '../data/range.ts';
import { groupOfRow } from '../data/rows.ts';
import type { PageState } from './page-state.ts';

const ZOOM_STEP = 0.7;
const PAN_STEP = 0.15;

/** @param around - moment that stays where it is; the middle by default. */
export function zoomBy(state: PageState, factor: number, around?: number): void {
  const { from, to } = state.range.value;
  const whole = state.whole.value;
  const zoomed = zoomRange({ from, to }, factor, around ?? (from + to) / 2, whole);
  state.zoom.value = zoomed.from <= whole.from && zoomed.to >= whole.to ? undefined : zoomed;
}

/** @param share - of what is seen; later when positive. */
export function panBy(state: PageState, share: number): void {
  if (state.zoom.value === undefined) return;
  const { from, to } = state.range.value;
  state.zoom.value = panRange(state.zoom.value, (to - from) * share, state.whole.value);
}

export function showAll(state: PageState): void {
  state.zoom.value = undefined;
}

/** Zooms to the active request or group. */
export function showActive(state: PageState): void {
  const key = state.activeKey.value;
  const index = key === undefined ? -1 : state.indexOfKey(key);
  const list = state.rows.value;
  const row = list.rows[index];
  if (row === undefined) return;
  const { requests } = state.trace;
  const shown = groupOfRow(list, row)?.requests ?? [row];
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const request of shown) {
    from = Math.min(from, requests.start.at(request));
    to = Math.max(to, requests.start.at(request) + requests.duration.at(request));
  }
  const room = Math.max((to - from) * 0.1, 0.01);
  state.zoom.value = zoomRange({ from: from - room, to: to + room }, 1, from, state.whole.value);
}

/**
 * What a key does in the list of rows.
 *
 * @param page - rows that are seen at once.
 * @returns false when it is none of ours.
 */
export function pressKey(state: PageState, event: KeyboardEvent, page: number): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  switch (event.key) {
    case 'ArrowDown':
      return moveTo(state, activeIndex(state) + 1);
    case 'ArrowUp':
      return moveTo(state, activeIndex(state) - 1);
    case 'PageDown':
      return moveTo(state, activeIndex(state) + page);
    case 'PageUp':
      return moveTo(state, activeIndex(state) - page);
    case 'Home':
      return moveTo(state, 0);
    case 'End':
      return moveTo(state, state.rows.value.rows.length - 1);
    case 'ArrowRight':
      return unfold(state);
    case 'ArrowLeft':
      return fold(state);
    case 'Enter':
    case ' ':
      return openActive(state);
    default:
      return pressTimeKey(state, event.key);
  }
}

function pressTimeKey(state: PageState, key: string): boolean {
  switch (key) {
    case '+':
    case '=':
    case 'w':
      zoomBy(state, ZOOM_STEP);
      return true;
    case '-':
    case 's':
      zoomBy(state, 1 / ZOOM_STEP);
      return true;
    case 'a':
      panBy(state, -PAN_STEP);
      return true;
    case 'd':
      panBy(state, PAN_STEP);
      return true;
    case '0':
      showAll(state);
      return true;
    case 'f':
      showActive(state);
      return true;
    default:
      return false;
  }
}

function activeIndex(state: PageState): number {
  const key = state.activeKey.value;
  return key === undefined ? -1 : state.indexOfKey(key);
}

function moveTo(state: PageState, index: number): boolean {
  const last = state.rows.value.rows.length - 1;
  if (last < 0) return true;
  const row = Math.min(Math.max(index, 0), last);
  activate(state, row);
  if (state.selectedId.value !== undefined) selectRow(state, row);
  return true;
}

function activate(state: PageState, row: number): void {
  state.activeKey.value = state.keyOfRow(row);
}

/** A click, or Enter: a group opens or closes, a request shows its details. */
export function openRow(state: PageState, index: number): void {
  const list = state.rows.value;
  const row = list.rows[index];
  if (row === undefined) return;
  activate(state, index);
  const group = groupOfRow(list, row);
  if (group === undefined) selectRow(state, index);
  else state.toggle(group);
}

function selectRow(state: PageState, index: number): void {
  const row = state.rows.value.rows[index];
  if (row !== undefined && row >= 0) state.selectedId.value = state.trace.requests.id[row];
}

function openActive(state: PageState): boolean {
  openRow(state, Math.max(0, activeIndex(state)));
  return true;
}

function unfold(state: PageState): boolean {
  const index = activeIndex(state);
  const list = state.rows.value;
  const row = list.rows[index];
  const group = row === undefined ? undefined : groupOfRow(list, row);
  if (group === undefined) return true;
  if (state.isOpen(group)) return moveTo(state, index + 1);
  state.toggle(group);
  return true;
}

function fold(state: PageState): boolean {
  const list = state.rows.value;
  let index = activeIndex(state);
  const row = list.rows[index];
  if (row === undefined) return true;
  const group = groupOfRow(list, row);
  if (group !== undefined) {
    if (state.isOpen(group)) state.toggle(group);
    return true;
  }
  // From a request to its group.
  while (index > 0 && (list.rows[index] ?? -1) >= 0) index--;
  return list.groups.length === 0 ? true : moveTo(state, index);
}

/** Goes to a request: makes it visible if a filter or a closed group hides it, and opens its details. */
export function showRequest(state: PageState, id: string): void {
  state.view.value = 'requests';
  const request = state.trace.requests.id.indexOf(id);
  if (!state.chosen.value.includes(request)) {
    state.query.value = '';
    state.onlyErrors.value = false;
    state.leastDuration.value = 0;
  }
  const group = state.groups.value.find(({ requests }) => requests.includes(request));
  if (group !== undefined && !state.isOpen(group)) state.toggle(group);
  state.activeKey.value = id;
  state.selectedId.value = id;
  state.reveal.value++;
}
