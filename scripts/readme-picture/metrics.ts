/** Width of a column in pixels. */
export const CELL = 8.4;
/** Height of a line in pixels. */
export const LINE = 19;
/** Where letters of a line stand, in pixels from its top. */
export const BASELINE = 14;
/** Colour of the window. */
export const GROUND = '#161b22';

/** Where a piece of a line is, in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
}
