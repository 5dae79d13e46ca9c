import { parseArgs } from 'node:util';
import { cleanText } from '../view/text.ts';
import { UsageError } from './errors.ts';
import { OPTION_TABLE, type OptionName, type OptionSpec } from './option-table.ts';
import { suggest } from './suggest.ts';

const SPECS: readonly OptionSpec[] = OPTION_TABLE;

/** One use of an option on the command line. */
export interface OptionUse {
  readonly name: OptionName;
  /** As the user wrote it: `-X`, `--request`. */
  readonly written: string;
  /** Empty for an option without argument. */
  readonly value: string;
}

/** The command line, taken apart but not yet understood. */
export interface ParsedArgs {
  /** In the order of the command line. */
  readonly uses: readonly OptionUse[];
  readonly positionals: readonly string[];
}

/**
 * Takes a command line apart by the option table.
 *
 * @throws UsageError for an unknown option, a missing argument, or an argument for an option that takes none.
 */
export function parseArgv(argv: readonly string[]): ParsedArgs {
  const config = Object.fromEntries(
    SPECS.map(({ name, short, arg, isArgument }) => [
      name,
      {
        type: arg === undefined || isArgument !== undefined ? ('boolean' as const) : ('string' as const),
        ...(short === undefined ? {} : { short }),
      },
    ]),
  );
  // Not strict: its messages are not for the users of a command.
  const { tokens } = parseArgs({
    args: [...argv],
    options: config,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const uses: OptionUse[] = [];
  const positionals: string[] = [];
  let waiting: OptionSpec | undefined;
  for (const token of tokens) {
    if (token.kind === 'positional') {
      const last = uses.at(-1);
      if (last !== undefined && waiting?.isArgument?.(token.value) === true) {
        uses[uses.length - 1] = { ...last, value: token.value };
      } else positionals.push(token.value);
    }
    if (token.kind === 'option') uses.push(readUse(token.name, token.rawName, token.value));
    waiting = token.kind === 'option' && token.value === undefined ? specOf(token.name) : undefined;
  }
  return { uses, positionals };
}

function readUse(name: string, written: string, value: string | undefined): OptionUse {
  const spec = specOf(name);
  if (spec === undefined || !isOptionName(name)) throw unknownOption(name, written);
  if (spec.arg === undefined && value !== undefined) throw new UsageError(`option ${written} takes no value`);
  if (spec.arg !== undefined && spec.isArgument === undefined && value === undefined)
    throw new UsageError(`option ${written} needs a value: ${spec.arg}`);
  return { name, written, value: value ?? '' };
}

function specOf(name: string): OptionSpec | undefined {
  return SPECS.find((one) => one.name === name);
}

function isOptionName(name: string): name is OptionName {
  return SPECS.some((spec) => spec.name === name);
}

function unknownOption(name: string, written: string): UsageError {
  const near = written.startsWith('--')
    ? suggest(
        name,
        SPECS.map((spec) => spec.name),
      )
    : undefined;
  const hint = near === undefined ? 'see httptrace --help' : `did you mean --${near}?`;
  return new UsageError(`unknown option ${quoteArgument(written)}; ${hint}`);
}

/** An argument as it may be repeated to the user: on one line, of a sensible length, harmless. */
export function quoteArgument(argument: string): string {
  const clean = cleanText(argument);
  return clean.length <= 100 ? clean : `${clean.slice(0, 97)}...`;
}
