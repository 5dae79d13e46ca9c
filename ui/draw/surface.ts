/** A canvas whose drawing is measured in CSS pixels and sharp on any screen. */
export class Surface {
  readonly canvas: HTMLCanvasElement;
  /** Device pixels in a CSS pixel. */
  ratio = 1;
  width = 0;
  height = 0;

  constructor(canvas: HTMLCanvasElement) {
    this.canvas = canvas;
  }

  /** Sets the size, clears, and gives the context to draw with. */
  begin(width: number, height: number): CanvasRenderingContext2D | undefined {
    const context = this.canvas.getContext('2d');
    if (context === null) return undefined;
    const ratio = window.devicePixelRatio || 1;
    const columns = Math.max(1, Math.round(width * ratio));
    const lines = Math.max(1, Math.round(height * ratio));
    // Setting a size empties and allocates: only when it differs.
    if (this.canvas.width !== columns) this.canvas.width = columns;
    if (this.canvas.height !== lines) this.canvas.height = lines;
    this.ratio = ratio;
    this.width = width;
    this.height = height;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    return context;
  }

  /** The nearest edge between two device pixels. */
  snap(value: number): number {
    return Math.round(value * this.ratio) / this.ratio;
  }
}
