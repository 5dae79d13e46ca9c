import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { SpoolReader } from '../../spool/reader.ts';
import { Row } from '../../spool/row.ts';
import { RATE_VARIABLE, SPOOL_VARIABLE, STACK_VARIABLE } from '../../spool/settings.ts';
import { createSpool, removeSpool } from '../../spool/spool.ts';
import { TRACE_FILE_VERSION, type RunLine, type TraceLine } from '../../trace-file/types.ts';
import { drawFindings } from '../../view/findings-text.ts';
import { Pen, type PenOptions } from '../../view/pen.ts';
import { drawSummary } from '../../view/summary-table.ts';
import { fileProblem } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { drawObjective } from '../objective-output.ts';
import { judgeObjective } from '../objective.ts';
import { terminalOf } from '../terminal.ts';
import { packageVersion } from '../version.ts';
import { exitCodeOf, raise, startChild, StartError, type Ending } from './child.ts';
import { NO_DISPLAY, type Display } from './display.ts';
import { runHelp } from './help.ts';
import type { LineSink } from './line-sink.ts';
import { canShowLive, LiveDisplay } from './live-display.ts';
import { nodeOptions } from './node-options.ts';
import { notesOn } from './notes.ts';
import { Outputs } from './outputs.ts';
import { readProgramOptions, type ProgramOptions } from './program-options.ts';
import { Pump } from './pump.ts';
import { RequestLines } from './request-lines.ts';
import { Voice } from './voice.ts';
import { Watch } from './watch.ts';

/**
 * `httptrace run`: runs a command and shows every request of its Node processes.
 *
 * @param words - what stands behind `run`.
 * @returns the exit code: the command's, or why it was not run. Does not return when a signal ended the command.
 * @throws UsageError when the words, or a file that they name, cannot be used; the command has not been started then.
 */
export async function runProgram(words: readonly string[], io: Io): Promise<number> {
  const options = readProgramOptions(words);
  if (options.help) {
    await new Voice(io.stdout).lines(runHelp(terminalOf(io.stdout, io, true).width));
    return EXIT.ok;
  }
  const voice = new Voice(io.stderr);
  const outputs = await Outputs.open(options);
  const folder = await openSpool(voice);
  const program = new ProgramRun(options, io, voice, outputs);
  try {
    return await program.run(folder);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    await voice.lines([`httptrace: ${error.message}`]);
    return error.exitCode;
  } finally {
    await outputs.close();
    if (folder !== undefined) removeSpool(folder);
    if (program.ending !== undefined) raise(program.ending);
  }
}

/** @returns undefined when there can be none: the command is more important than its trace. */
async function openSpool(voice: Voice): Promise<string | undefined> {
  try {
    return createSpool(tmpdir());
  } catch (error) {
    await voice.lines([`httptrace: nothing is traced: cannot write to ${tmpdir()}: ${fileProblem(error)}`]);
    return undefined;
  }
}

/** One run of a command. */
class ProgramRun {
  readonly #options: ProgramOptions;
  readonly #io: Io;
  readonly #voice: Voice;
  readonly #outputs: Outputs;
  readonly #display: Display;
  readonly #watch: Watch;
  readonly #sinks: readonly LineSink[];
  /** How the command ended; undefined while it runs, and when it could not be started. */
  ending: Ending | undefined;

  constructor(options: ProgramOptions, io: Io, voice: Voice, outputs: Outputs) {
    this.#options = options;
    this.#io = io;
    this.#voice = voice;
    this.#outputs = outputs;
    this.#display = this.#makeDisplay();
    this.#watch = new Watch(options.filter, this.#display);
    // Nobody looks at what it would sum up: so rows that are only saved need not be parsed.
    const isWatched = !options.quiet || options.slo.length > 0;
    this.#sinks = isWatched ? [this.#watch, outputs] : [outputs];
  }

  async run(folder: string | undefined): Promise<number> {
    const { command } = this.#options;
    const { url } = this.#outputs;
    if (url !== undefined) await this.#voice.lines([asNote(`requests are shown at ${url}`)]);
    const child = startChild(command, this.#childEnv(folder), this.#isInTerminal());
    if (child.isStarted) this.#tell(this.#runLine());
    const reader = folder === undefined ? undefined : new SpoolReader(folder);
    const pump = reader === undefined ? undefined : new Pump(reader, this.#sinks);
    pump?.start();
    try {
      this.ending = await child.ended;
    } finally {
      pump?.finish();
      this.#display.end();
    }
    const { exitCode, signal } = this.ending;
    this.#tell({ type: 'end', version: TRACE_FILE_VERSION, ended: Date.now(), exitCode, signal });
    return this.#close(this.ending, reader);
  }

  #summaryBlocks(): readonly (readonly string[])[] {
    const summary = this.#watch.summarizer.summary();
    if (summary.requests === 0 && summary.lost.length === 0) return [];
    const terminal = this.#terminal();
    const findings = summary.findings.length === 0 ? [] : drawFindings(summary.findings, terminal);
    // What was written last may be a request's line, or the command's without its end.
    return [['', ...drawSummary(summary, terminal)], findings];
  }

  #makeDisplay(): Display {
    const { quiet, live } = this.#options;
    if (quiet) return NO_DISPLAY;
    const terminal = (): PenOptions => this.#terminal();
    if (live && canShowLive(this.#io.stderr, this.#io.env)) return new LiveDisplay(this.#voice, terminal);
    return new RequestLines(this.#voice, terminal);
  }

  #tell(line: TraceLine): void {
    const row = Row.of(line);
    for (const sink of this.#sinks) sink.add(row);
  }

  /** Says what there is to say at the end. */
  async #close(ending: Ending, reader: SpoolReader | undefined): Promise<number> {
    const { quiet, slo } = this.#options;
    const pen = new Pen(this.#terminal());
    const { summarizer } = this.#watch;
    const results = slo.map((objective) => judgeObjective(objective, summarizer));
    const isBroken = results.some(({ kept }) => !kept);
    this.#outputs.finish();
    const { problems } = this.#outputs;
    const notes = [...(quiet || reader === undefined ? [] : notesOn(reader)), ...problems];
    const lines = inBlocks([
      ...(quiet ? [] : this.#summaryBlocks()),
      quiet && !isBroken ? [] : results.map((result) => drawObjective(pen, result)),
      notes.map(asNote),
    ]);
    await this.#voice.lines(lines);
    const code = exitCodeOf(ending);
    if (code !== EXIT.ok) return code;
    if (problems.length > 0) return EXIT.output;
    return isBroken ? EXIT.slo : EXIT.ok;
  }

  #terminal(): PenOptions {
    return terminalOf(this.#io.stderr, this.#io, this.#options.noColor);
  }

  #isInTerminal(): boolean {
    const { stdin, stdout, stderr } = this.#io;
    return [stdin, stdout, stderr].some((stream) => 'isTTY' in stream && stream.isTTY);
  }

  #childEnv(folder: string | undefined): NodeJS.ProcessEnv {
    const { env } = this.#io;
    if (folder === undefined) return { ...env };
    return {
      ...env,
      NODE_OPTIONS: nodeOptions(env['NODE_OPTIONS'], preloadFile()),
      [SPOOL_VARIABLE]: folder,
      ...(this.#options.stack ? { [STACK_VARIABLE]: '1' } : {}),
      ...(this.#options.rate === undefined ? {} : { [RATE_VARIABLE]: this.#options.rate }),
    };
  }

  #runLine(): RunLine {
    return {
      type: 'run',
      version: TRACE_FILE_VERSION,
      httptrace: packageVersion(),
      command: this.#options.command,
      started: Date.now(),
      cwd: process.cwd(),
    };
  }
}

/** With an empty line between those that are not empty. */
function inBlocks(blocks: readonly (readonly string[])[]): string[] {
  const filled = blocks.filter((block) => block.length > 0);
  return filled.flatMap((block, index) => (index === 0 ? block : ['', ...block]));
}

function asNote(text: string): string {
  return `httptrace: ${text}`;
}

/** Beside the compiled command; beside the sources when those are run. */
function preloadFile(): string {
  const places = ['../../preload.cjs', '../../../dist/preload.cjs'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  return places.find((path) => existsSync(path)) ?? places[0]!;
}
