import { PHASES } from '../../src/view/layout.ts';

/** What is drawn with; the style sheet is where they are defined. */
export interface Colours {
  /** In the order of `PHASES`. */
  readonly phases: readonly string[];
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly strong: string;
  readonly bad: string;
  readonly flight: string;
  readonly accent: string;
  readonly background: string;
}

/** Reads the colours of the theme in use. */
export function readColours(): Colours {
  const probe = document.createElement('span');
  document.body.append(probe);
  const read = (name: string): string => {
    // A custom property is text; only a real property is resolved to a colour.
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = {
    phases: PHASES.map((phase) => read(`phase-${phase}`)),
    text: read('text'),
    muted: read('muted'),
    line: read('line'),
    strong: read('strong-line'),
    bad: read('bad'),
    flight: read('flight'),
    accent: read('accent'),
    background: read('background'),
  };
  probe.remove();
  return colours;
}
