import { parseArgs } from 'node:util';
import { cleanText } from '../view/text.ts';
import { UsageError } from './errors.ts';
import type { OptionSpec } from './option-table.ts';
import { suggest } from './suggest.ts';

/** One use of an option on the command line. */
export interface OptionUse<Name extends string = string> {
  readonly name: Name;
  /** As the user wrote it: `-X`, `--request`. */
  readonly written: string;
  /** Empty for an option without argument. */
  readonly value: string;
}

/** The command line, taken apart but not yet understood. */
export interface ParsedArgs<Name extends string> {
  /** In the order of the command line. */
  readonly uses: readonly OptionUse<Name>[];
  readonly positionals: readonly string[];
}

/**
 * Takes a command line apart.
 *
 * @param specs - the options that there are.
 * @param help - the command that tells about them, for errors.
 * @throws UsageError for an unknown option, a missing argument, or an argument for an option that takes none.
 */
export function parseArgv<Spec extends OptionSpec>(
  argv: readonly string[],
  specs: readonly Spec[],
  help = 'httptrace --help',
): ParsedArgs<Spec['name']> {
  const config = Object.fromEntries(
    specs.map(({ name, short, arg, isArgument }: OptionSpec) => [
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
  const uses: OptionUse<Spec['name']>[] = [];
  const positionals: string[] = [];
  let waiting: OptionSpec | undefined;
  const specOf = (name: string): Spec | undefined => specs.find((spec) => spec.name === name);
  for (const token of tokens) {
    if (token.kind === 'positional') {
      const last = uses.at(-1);
      if (last !== undefined && waiting?.isArgument?.(token.value) === true) {
        uses[uses.length - 1] = { ...last, value: token.value };
      } else positionals.push(token.value);
    }
    if (token.kind === 'option') {
      const spec = specOf(token.name);
      if (spec === undefined) throw unknownOption(token.name, token.rawName, specs, help);
      uses.push(readUse(spec, token.rawName, token.value));
    }
    waiting = token.kind === 'option' && token.value === undefined ? specOf(token.name) : undefined;
  }
  return { uses, positionals };
}

function readUse<Spec extends OptionSpec>(
  spec: Spec,
  written: string,
  value: string | undefined,
): OptionUse<Spec['name']> {
  const { name, arg, isArgument }: OptionSpec = spec;
  if (arg === undefined && value !== undefined) throw new UsageError(`option ${written} takes no value`);
  if (arg !== undefined && isArgument === undefined && value === undefined)
    throw new UsageError(`option ${written} needs a value: ${arg}`);
  return { name, written, value: value ?? '' };
}

function unknownOption(
  name: string,
  written: string,
  specs: readonly OptionSpec[],
  help: string,
): UsageError {
  const near = written.startsWith('--')
    ? suggest(
        name,
        specs.map((spec) => spec.name),
      )
    : undefined;
  const hint = near === undefined ? `see ${help}` : `did you mean --${near}?`;
  return new UsageError(`unknown option ${quoteArgument(written)}; ${hint}`);
}

/** An argument as it may be repeated to the user: on one line, of a sensible length, harmless. */
export function quoteArgument(argument: string): string {
  const clean = cleanText(argument);
  return clean.length <= 100 ? clean : `${clean.slice(0, 97)}...`;
}
