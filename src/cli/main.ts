import type { RoundTripRecord } from '../record/types.ts';
import { ConnectionNumbers } from '../view/connection-numbers.ts';
import { drawExplanation } from '../view/failure.ts';
import { formatDuration } from '../view/format.ts';
import { Pen, type PenOptions } from '../view/pen.ts';
import { drawStats } from '../view/stats-table.ts';
import type { Call } from '../view/stats.ts';
import { cleanText, padEnd } from '../view/text.ts';
import { drawWaterfall } from '../view/waterfall.ts';
import { BodyOutput } from './body-output.ts';
import { runCall, type CallResult } from './call.ts';
import { errorMessage, InterruptedError, RequestTimeoutError, UsageError } from './errors.ts';
import { EXIT } from './exit-codes.ts';
import { helpLines } from './help.ts';
import { writeLines, writeText, type Io } from './io.ts';
import { jsonLine } from './json-output.ts';
import { readOptions, type Options } from './options.ts';
import { Progress } from './progress.ts';
import { proxyFor } from './proxy.ts';
import { buildRequest, requestTo, type RequestTemplate } from './request.ts';
import type { RequestSpec, Sender } from './send.ts';
import { HttpSender } from './send-http.ts';
import { checkSlo, type SloResult } from './slo.ts';
import { terminalOf } from './terminal.ts';
import { readSecureContext } from './tls-options.ts';
import { parseTarget, type Target } from './urls.ts';
import { packageVersion } from './version.ts';
import { warmUp } from './warm-up.ts';

/**
 * The command.
 *
 * @param argv - arguments without `node` and the script.
 * @param io - what it reads and writes.
 * @returns the exit code; see `--help`.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    const options = readOptions(argv);
    if (options.help) return await print(io, helpLines(terminalOf(io.stdout, io, true).width));
    if (options.version) return await print(io, [`httptrace ${packageVersion()} (node ${process.version})`]);
    return await trace(options, io);
  } catch (error) {
    const isUsage = error instanceof UsageError;
    const message = isUsage ? error.message : `internal error, please report it: ${errorMessage(error)}`;
    await writeLines(io.stderr, [`httptrace: ${cleanText(message)}`]);
    return isUsage ? EXIT.usage : EXIT.internal;
  }
}

async function print(io: Io, lines: readonly string[]): Promise<number> {
  await writeLines(io.stdout, lines);
  return EXIT.ok;
}

/** Everything that the requests of one command line share. */
interface Session {
  readonly options: Options;
  readonly io: Io;
  readonly sender: Sender;
  /** Where the pictures go: standard output, unless that gets a body. */
  readonly picture: Io['stdout'];
  readonly terminal: PenOptions;
  readonly interrupted: AbortSignal;
  readonly numbers: ConnectionNumbers;
}

async function trace(options: Options, io: Io): Promise<number> {
  const targets = options.urls.map(parseTarget);
  const template = await buildRequest(options, io.stdin);
  // Before anything is sent, so that a bad proxy or file is told at once.
  for (const { url } of targets) proxyFor(url, options, io.env);
  const outputs = options.outputs.map((path) => new BodyOutput(path, io, options.compressed));
  const sender = new HttpSender({
    ...options,
    secureContext: readSecureContext(options),
    proxyFor: (url) => proxyFor(url, options, io.env),
  });
  const picture = options.outputs.includes('-') ? io.stderr : io.stdout;
  const interruption = new AbortController();
  const stopListening = io.onInterrupt(() => interruption.abort(new InterruptedError()));
  const session: Session = {
    options,
    io,
    sender,
    picture,
    terminal: terminalOf(picture, io, options.noColor),
    interrupted: interruption.signal,
    numbers: new ConnectionNumbers(),
  };
  try {
    await warmUp(options.location || targets.some(({ url }) => url.protocol === 'https:'));
    return await traceAll(session, targets, template, outputs);
  } finally {
    stopListening();
    sender.close();
  }
}

/** The exit code is that of the first URL that failed. */
async function traceAll(
  session: Session,
  targets: readonly Target[],
  template: RequestTemplate,
  outputs: readonly BodyOutput[],
): Promise<number> {
  let exitCode: number = EXIT.ok;
  for (const [index, target] of targets.entries()) {
    if (session.interrupted.aborted) break;
    if (index > 0 && !session.options.json) await writeText(session.picture, '\n');
    const request = requestTo(target, template, session.options);
    const code = await traceTarget(session, request, outputs[index]);
    if (exitCode === EXIT.ok) exitCode = code;
  }
  return exitCode;
}

async function traceTarget(
  session: Session,
  request: RequestSpec,
  output: BodyOutput | undefined,
): Promise<number> {
  const { options, io } = session;
  const results: CallResult[] = [];
  const progress = new Progress(io.stderr, options.repeat, session.terminal, options.silent);
  await progress.show(0);
  for (let count = 0; count < options.repeat && !session.interrupted.aborted; count++) {
    const result = await runLimited(session, request, output);
    if (options.json) await writeLines(io.stdout, result.records.map(jsonLine));
    results.push({ ...result, records: result.records.map(slim) });
    await progress.show(count + 1);
  }
  await progress.clear();
  const slo = options.slo.map((rule) => checkSlo(rule, results.filter(isComplete).map(callOf)));
  if (options.json) await writeLines(io.stderr, slo.map(sloLine));
  else await writeLines(session.picture, drawResults(session, results, slo));
  const failure = results.find((result) => result.exitCode !== EXIT.ok);
  if (failure !== undefined) return failure.exitCode;
  return slo.every((one) => one.kept) ? EXIT.ok : EXIT.slo;
}

/** One call, ended by `--max-time` or Ctrl-C if need be. */
async function runLimited(
  session: Session,
  request: RequestSpec,
  output: BodyOutput | undefined,
): Promise<CallResult> {
  const { options, interrupted } = session;
  const controller = new AbortController();
  const interrupt = (): void => controller.abort(interrupted.reason);
  interrupted.addEventListener('abort', interrupt);
  const { maxTime } = options;
  const timer =
    maxTime === undefined
      ? undefined
      : setTimeout(() => controller.abort(new RequestTimeoutError('--max-time', maxTime)), maxTime * 1000);
  try {
    return await runCall(session.sender, request, {
      followRedirects: options.location,
      maxRedirects: options.maxRedirects,
      fail: options.fail,
      output,
      signal: controller.signal,
    });
  } finally {
    clearTimeout(timer);
    interrupted.removeEventListener('abort', interrupt);
  }
}

function drawResults(session: Session, results: readonly CallResult[], slo: readonly SloResult[]): string[] {
  const { options, terminal, numbers } = session;
  const pen = new Pen(terminal);
  const [first] = results;
  if (first === undefined) return [];
  const shown = results.find((result) => result.exitCode !== EXIT.ok) ?? first;
  const lines = drawWaterfall(shown.records, {
    ...terminal,
    urls: shown.urls,
    showHeaders: options.verbose,
    numbers,
  });
  if (shown.explanation !== undefined) lines.push(...drawExplanation(shown.explanation, pen));
  if (options.repeat > 1) lines.push('', ...drawStats(results.map(callOf), terminal));
  if (slo.length > 0) lines.push('', ...slo.map((result) => drawSlo(pen, result)));
  return lines;
}

function drawSlo(pen: Pen, result: SloResult): string {
  const label = pen.paint(sloStyle(result), `slo ${sloVerdict(result)}`);
  return `${padEnd(label, 12)}${pen.text(result.rule.text)}  ${sloValue(result)}`;
}

function sloLine(result: SloResult): string {
  return `httptrace: slo ${sloVerdict(result)}: ${cleanText(result.rule.text)}  ${sloValue(result)}`;
}

/** A metric that did not happen (no tls on a reused connection) keeps every limit, but says nothing of it. */
function sloVerdict({ kept, value }: SloResult): string {
  if (value === undefined) return 'unseen';
  return kept ? 'kept' : 'broken';
}

function sloStyle({ kept, value }: SloResult): 'good' | 'warn' | 'bad' {
  if (value === undefined) return 'warn';
  return kept ? 'good' : 'bad';
}

function sloValue({ rule, value }: SloResult): string {
  return value === undefined ? `(no ${rule.metric})` : `(${formatDuration(value)})`;
}

function callOf(result: CallResult): Call {
  return result.records;
}

function isComplete(result: CallResult): boolean {
  return result.records.length > 0 && result.records.every((record) => record.outcome === 'ok');
}

/** Many repetitions would fill the memory with events, which neither pictures nor statistics use. */
function slim(record: RoundTripRecord): RoundTripRecord {
  return { ...record, events: [] };
}
