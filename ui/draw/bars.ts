import { PHASES } from '../../src/view/layout.ts';
import type { Range } from '../data/range.ts';
import { FAILED, INCOMPLETE, INTERCEPTED, type RequestColumns } from '../data/request-columns.ts';
import type { Colours } from './colours.ts';
import type { Surface } from './surface.ts';

const QUEUED = PHASES.indexOf('queued');

/** Height of a phase, in pixels: waiting for a connection, setting one up, exchanging. It tells them apart without colour. */
const HEIGHTS = PHASES.map((phase) =>
  phase === 'queued' ? 3 : phase === 'send' || phase === 'wait' || phase === 'receive' ? 12 : 7,
);

/** What bars are drawn on. */
export interface BarPaper {
  readonly context: CanvasRenderingContext2D;
  readonly surface: Surface;
  readonly colours: Colours;
  readonly range: Range;
  /** CSS pixels for a millisecond. */
  readonly scale: number;
}

/**
 * @param middle - of the row, CSS pixels.
 * @param withQueue - also the time before it had its connection.
 */
export function drawRequest(
  paper: BarPaper,
  requests: RequestColumns,
  request: number,
  middle: number,
  withQueue = true,
): void {
  const { context, surface, colours, range, scale } = paper;
  const start = requests.start.at(request);
  const left = (start - range.from) * scale;
  const right = left + requests.duration.at(request) * scale;
  const informed = requests.informed.at(request);
  if (right < -8 || left > surface.width + 8) return;
  const intercepted = requests.has(request, INTERCEPTED);
  const drawn = intercepted ? false : drawPhases(paper, requests, request, left, middle, withQueue);
  if (!drawn) {
    // Too short for any of its phases, or a mock's: one bar, never less than a pixel.
    const from = surface.snap(withQueue ? left : left + queuedTime(requests, request) * scale);
    const width = Math.max(1, surface.snap(right) - from);
    context.fillStyle = colours.phases[longestPhase(requests, request)] ?? colours.muted;
    if (intercepted) {
      context.strokeStyle = colours.muted;
      context.strokeRect(from + 0.5, middle - 5.5, Math.max(2, width - 1), 11);
    } else context.fillRect(from, middle - 6, width, 12);
  }
  if (informed >= 0) drawDiamond(paper, left + informed * scale, middle);
  if (requests.has(request, FAILED)) drawCross(paper, right + 5, middle);
  if (requests.has(request, INCOMPLETE)) drawDots(paper, right, middle);
}

function queuedTime(requests: RequestColumns, request: number): number {
  const first = requests.firstPhase.at(request);
  const isQueued = first < requests.phasesEnd(request) && requests.phaseName.at(first) === QUEUED;
  return isQueued ? requests.phaseDuration.at(first) : 0;
}

/** @returns false when none was long enough to be seen. */
function drawPhases(
  { context, surface, colours, scale }: BarPaper,
  requests: RequestColumns,
  request: number,
  left: number,
  middle: number,
  withQueue: boolean,
): boolean {
  const end = requests.phasesEnd(request);
  let drawn = false;
  for (let phase = requests.firstPhase.at(request); phase < end; phase++) {
    const from = surface.snap(Math.max(-2, left + requests.phaseStart.at(phase) * scale));
    const to = surface.snap(
      Math.min(
        surface.width + 2,
        left + (requests.phaseStart.at(phase) + requests.phaseDuration.at(phase)) * scale,
      ),
    );
    if (to <= from) continue;
    const name = requests.phaseName.at(phase);
    if (name === QUEUED && !withQueue) continue;
    const height = HEIGHTS[name] ?? 12;
    context.fillStyle = colours.phases[name] ?? colours.muted;
    context.fillRect(from, surface.snap(middle - height / 2), to - from, height);
    drawn = true;
  }
  return drawn;
}

function longestPhase(requests: RequestColumns, request: number): number {
  const end = requests.phasesEnd(request);
  let longest = requests.firstPhase.at(request);
  for (let phase = longest; phase < end; phase++) {
    if (requests.phaseDuration.at(phase) > requests.phaseDuration.at(longest)) longest = phase;
  }
  return longest < end ? requests.phaseName.at(longest) : -1;
}

function drawCross({ context, colours }: BarPaper, x: number, y: number): void {
  context.strokeStyle = colours.bad;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x - 3, y - 3);
  context.lineTo(x + 3, y + 3);
  context.moveTo(x + 3, y - 3);
  context.lineTo(x - 3, y + 3);
  context.stroke();
  context.lineWidth = 1;
}

/** A 1xx response came. */
function drawDiamond({ context, colours }: BarPaper, x: number, y: number): void {
  context.fillStyle = colours.text;
  context.strokeStyle = colours.background;
  context.beginPath();
  context.moveTo(x, y - 5);
  context.lineTo(x + 5, y);
  context.lineTo(x, y + 5);
  context.lineTo(x - 5, y);
  context.closePath();
  context.fill();
  context.stroke();
}

/** It went on when the record was written. */
function drawDots({ context, colours }: BarPaper, x: number, y: number): void {
  context.fillStyle = colours.muted;
  for (const offset of [3, 7, 11]) context.fillRect(x + offset, y - 1, 2, 2);
}

/** The life of a connection: a line from its opening to its end. */
export function drawLife(
  { context, surface, colours, range, scale }: BarPaper,
  opened: number,
  closed: number | undefined,
  middle: number,
): void {
  const from = Math.max(0, (opened - range.from) * scale);
  const to = Math.min(surface.width, closed === undefined ? surface.width : (closed - range.from) * scale);
  if (to < 0 || from > surface.width) return;
  context.fillStyle = colours.strong;
  context.fillRect(from, surface.snap(middle) - 0.5, Math.max(1, to - from), 1);
  if (closed !== undefined) context.fillRect(surface.snap(to) - 1, middle - 4, 1, 8);
}
