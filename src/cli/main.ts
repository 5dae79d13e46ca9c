import { cleanText } from '../view/text.ts';
import { errorMessage, UsageError } from './errors.ts';
import { EXIT } from './exit-codes.ts';
import { helpLines } from './help.ts';
import { writeLines, type Io } from './io.ts';
import { readOptions } from './options.ts';
import { terminalOf } from './terminal.ts';
import { packageVersion } from './version.ts';

/**
 * The command.
 *
 * @param argv - arguments without `node` and the script.
 * @param io - what it reads and writes.
 * @returns the exit code; see `--help`.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    const command = await loadCommand(argv[0]);
    if (command !== undefined) return await command(argv.slice(1), io);
    const options = readOptions(argv);
    if (options.help) return await print(io, helpLines(terminalOf(io.stdout, io, true).width));
    if (options.version) return await print(io, [`httptrace ${packageVersion()} (node ${process.version})`]);
    // Not loaded for --help and --version.
    const { run } = await import('./run.ts');
    return await run(options, io);
  } catch (error) {
    const isUsage = error instanceof UsageError;
    const message = isUsage ? error.message : `internal error, please report it: ${errorMessage(error)}`;
    await writeLines(io.stderr, [`httptrace: ${cleanText(message)}`]);
    return isUsage ? EXIT.usage : EXIT.internal;
  }
}

type Command = (argv: readonly string[], io: Io) => Promise<number>;

/** The command that a word stands for; undefined when it is none. Loads no other. */
async function loadCommand(word: string | undefined): Promise<Command | undefined> {
  switch (word) {
    case 'run':
      return (await import('./program/run-program.ts')).runProgram;
    case 'show':
      return (await import('./saved/show.ts')).show;
    case 'diff':
      return (await import('./saved/diff.ts')).diff;
    case 'report':
      return (await import('./saved/report.ts')).report;
    default:
      return undefined;
  }
}

async function print(io: Io, lines: readonly string[]): Promise<number> {
  await writeLines(io.stdout, lines);
  return EXIT.ok;
}
