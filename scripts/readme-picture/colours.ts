/** How a piece of a terminal's line looks. */
export interface Look {
  /** `#rrggbb`. */
  readonly colour: string;
  readonly bold: boolean;
}

/** Characters of one look. */
export interface Run extends Look {
  readonly text: string;
}

/** On a dark ground; contrast of at least 4.5 to 1. */
const COLOURS: Readonly<Record<string, string>> = {
  31: '#ff7b72',
  32: '#56d364',
  33: '#e3b341',
  35: '#d2a8ff',
  36: '#56d4dd',
  90: '#8b949e',
  94: '#79c0ff',
  97: '#f0f6fc',
};
export const FOREGROUND = '#d1d7e0';

const SEQUENCE_START = '\u001b[';
const PLAIN: Look = { colour: FOREGROUND, bold: false };

/**
 * Takes a line apart at its colour sequences (SGR).
 *
 * @throws Error for one that has no colour here.
 */
export function readColours(line: string): Run[] {
  const [start = '', ...rest] = line.split(SEQUENCE_START);
  const runs: Run[] = start === '' ? [] : [{ ...PLAIN, text: start }];
  let look = PLAIN;
  for (const part of rest) {
    const end = part.indexOf('m');
    look = changed(look, part.slice(0, end));
    if (end + 1 < part.length) runs.push({ ...look, text: part.slice(end + 1) });
  }
  return runs;
}

function changed(look: Look, code: string): Look {
  switch (code) {
    case '0':
      return PLAIN;
    case '1':
      return { ...look, bold: true };
    case '22':
      return { ...look, bold: false };
    case '39':
      return { ...look, colour: FOREGROUND };
    default: {
      const colour = COLOURS[code];
      if (colour === undefined) throw new Error(`no colour for the sequence ESC[${code}m; add it to COLOURS`);
      return { ...look, colour };
    }
  }
}
