import type { OptionSpec } from '../option-table.ts';

/** Words behind `httptrace run`, in two parts. */
export interface SplitWords {
  readonly options: readonly string[];
  /** The program and its arguments, untouched. */
  readonly command: readonly string[];
}

/** Options end at `--`, or at the first word that is neither an option nor the value of one. */
export function splitCommand(words: readonly string[], specs: readonly OptionSpec[]): SplitWords {
  let at = 0;
  for (; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') return { options: words.slice(0, at), command: words.slice(at + 1) };
    if (!word.startsWith('-') || word === '-') break;
    const isFollowed = specs.some(({ name, short, arg }) => {
      return arg !== undefined && (word === `--${name}` || word === `-${short}`);
    });
    if (isFollowed) at++;
  }
  return { options: words.slice(0, at), command: words.slice(at) };
}
