import { quoteArgument } from '../args.ts';
import { UsageError } from '../errors.ts';
import { suggest } from '../suggest.ts';
import { RUN_OPTIONS, type RunOptionName, type RunOptionSpec } from './option-table.ts';

const SPECS: readonly RunOptionSpec[] = RUN_OPTIONS;

/** One use of an option. */
export interface RunOptionUse {
  readonly name: RunOptionName;
  /** Empty for an option without argument. */
  readonly value: string;
}

/** The words behind `httptrace run`, taken apart. */
export interface RunWords {
  readonly uses: readonly RunOptionUse[];
  /** The program and its arguments, untouched. */
  readonly command: readonly string[];
}

/**
 * Options end at `--` or at the first word that is none: whatever follows belongs to the command.
 *
 * @throws UsageError for an unknown option, a missing argument, or an argument for an option that takes none.
 */
export function parseWords(words: readonly string[]): RunWords {
  const uses: RunOptionUse[] = [];
  let at = 0;
  for (; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') return { uses, command: words.slice(at + 1) };
    if (!word.startsWith('-') || word === '-') break;
    const { written, name, attached } = splitWord(word);
    const spec = specOf(name);
    if (spec === undefined || !isOptionName(spec.name)) throw unknownOption(written);
    if (spec.arg === undefined) {
      if (attached !== undefined) throw new UsageError(`option ${written} takes no value`);
      uses.push({ name: spec.name, value: '' });
      continue;
    }
    const value = attached ?? words[++at];
    if (value === undefined) throw new UsageError(`option ${written} needs a value: ${spec.arg}`);
    uses.push({ name: spec.name, value });
  }
  return { uses, command: words.slice(at) };
}

function splitWord(word: string): { written: string; name: string; attached: string | undefined } {
  const equals = word.startsWith('--') ? word.indexOf('=') : -1;
  if (equals < 0) return { written: word, name: word, attached: undefined };
  const written = word.slice(0, equals);
  return { written, name: written, attached: word.slice(equals + 1) };
}

function specOf(word: string): RunOptionSpec | undefined {
  return SPECS.find(({ name, short }) => word === `--${name}` || word === `-${short}`);
}

function isOptionName(name: string): name is RunOptionName {
  return SPECS.some((spec) => spec.name === name);
}

function unknownOption(written: string): UsageError {
  const names = SPECS.map(({ name }) => name);
  const near = written.startsWith('--') ? suggest(written.slice(2), names) : undefined;
  const hint = near === undefined ? 'see httptrace run --help' : `did you mean --${near}?`;
  return new UsageError(`unknown option ${quoteArgument(written)}; ${hint}`);
}
