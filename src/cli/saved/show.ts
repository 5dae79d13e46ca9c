import { matchesFilter } from '../../analyze/filter.ts';
import { Summarizer } from '../../analyze/summarizer.ts';
import type { RoundTripRecord } from '../../record/types.ts';
import type { TraceLine } from '../../trace-file/types.ts';
import { drawFindings } from '../../view/findings-text.ts';
import { plural } from '../../view/format.ts';
import { Pen, type PenOptions } from '../../view/pen.ts';
import { callSiteLine, requestLine } from '../../view/request-line.ts';
import { drawSummary } from '../../view/summary-table.ts';
import { drawWaterfall } from '../../view/waterfall.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { writeLines, type Io } from '../io.ts';
import { jsonLine } from '../json-output.ts';
import { drawObjective, objectiveLine } from '../objective-output.ts';
import { judgeObjective } from '../objective.ts';
import { terminalOf } from '../terminal.ts';
import { BatchedLines } from './batched-lines.ts';
import { showHelp } from './saved-help.ts';
import { readShowOptions, type ShowOptions } from './show-options.ts';
import { TraceSource } from './trace-source.ts';

/** A picture of each; nobody looks at more, and they are kept in memory. */
const MOST_PICTURES = 1000;

/**
 * `httptrace show FILE [ID...]`: draws saved records.
 *
 * @param argv - what follows `show`.
 * @returns the exit code.
 * @throws UsageError when the command line or the file cannot be used.
 */
export async function show(argv: readonly string[], io: Io): Promise<number> {
  const options = readShowOptions(argv);
  const terminal = terminalOf(io.stdout, io, options.noColor);
  if (options.file === undefined) {
    await writeLines(io.stdout, showHelp(terminal.width));
    return EXIT.ok;
  }
  const source = new TraceSource(options.file, io);
  const summarizer = new Summarizer();
  const out = new BatchedLines(io.stdout);
  const wantsPictures = options.waterfall || options.ids.length > 0;
  const pictured: RoundTripRecord[] = [];
  const takeLine = options.json ? new JsonLines(out) : new RequestLines(out, terminal, options);
  let requests = 0;
  let matched = 0;
  for await (const line of source.lines()) {
    if (line.type === 'roundTrip') {
      requests++;
      if (!matchesFilter(options.filter, line) || !isAskedFor(options, line)) continue;
      matched++;
      if (wantsPictures && !options.json) pictured.push(line);
      if (pictured.length > MOST_PICTURES) throw tooManyPictures();
    }
    summarizer.add(line);
    await takeLine.add(line);
  }
  await out.flush();
  await source.tellSkipped(io);
  if (options.ids.length > 0 && matched === 0) {
    throw new UsageError(
      `${source.name} has no request ${options.ids.join(' ')}: ids are shown by --json and in the summary`,
    );
  }
  if (wantsPictures && !options.json) await writeLines(io.stdout, drawPictures(pictured, terminal, options));
  if (matched === 0 && requests > 0) {
    await writeLines(io.stderr, [
      `httptrace: none of ${plural(requests, 'request')} in ${source.name} matches`,
    ]);
  }
  if (!options.json && options.ids.length === 0)
    await writeLines(io.stdout, drawEnd(summarizer, terminal, options, matched));
  return judge(summarizer, terminal, options, io);
}

function isAskedFor({ ids }: ShowOptions, { id, call }: RoundTripRecord): boolean {
  return ids.length === 0 || ids.includes(id) || (call.known && ids.includes(call.id));
}

function tooManyPictures(): UsageError {
  return new UsageError(
    `more than ${MOST_PICTURES} requests for --waterfall: filter them, or name one by its id`,
  );
}

/** One line a request. */
class RequestLines {
  readonly #out: BatchedLines;
  readonly #pen: Pen;
  readonly #options: ShowOptions;

  constructor(out: BatchedLines, terminal: PenOptions, options: ShowOptions) {
    this.#out = out;
    this.#pen = new Pen(terminal);
    this.#options = options;
  }

  async add(line: TraceLine): Promise<void> {
    const { summaryOnly, waterfall, ids, stack } = this.#options;
    if (line.type !== 'roundTrip' || summaryOnly || waterfall || ids.length > 0) return;
    await this.#out.write(requestLine(line, { pen: this.#pen }));
    const site = stack ? callSiteLine(line, { pen: this.#pen }) : undefined;
    if (site !== undefined) await this.#out.write(site);
  }
}

/** The records as a trace file again, with the connections that they used. */
class JsonLines {
  readonly #out: BatchedLines;
  readonly #connections = new Set<string>();

  constructor(out: BatchedLines) {
    this.#out = out;
  }

  async add(line: TraceLine): Promise<void> {
    if (line.type === 'roundTrip' && line.connection !== undefined) this.#connections.add(line.connection.id);
    if (line.type === 'connection' && !this.#connections.delete(line.id)) return;
    await this.#out.write(jsonLine(line));
  }
}

/** Round trips of one call, redirects and retries, share a picture. */
function drawPictures(
  records: readonly RoundTripRecord[],
  terminal: PenOptions,
  { verbose, stack }: ShowOptions,
): string[] {
  const calls = new Map<string, RoundTripRecord[]>();
  for (const record of records) {
    const key = record.call.known ? record.call.id : record.id;
    const call = calls.get(key);
    if (call === undefined) calls.set(key, [record]);
    else call.push(record);
  }
  const pen = new Pen(terminal);
  return [...calls.values()].flatMap((call, index) => {
    const picture = drawWaterfall(call, { ...terminal, showHeaders: verbose });
    const sites = stack ? call.flatMap((record) => callSiteLine(record, { pen }) ?? []) : [];
    return [...(index === 0 ? [] : ['']), ...picture, ...sites];
  });
}

function drawEnd(
  summarizer: Summarizer,
  terminal: PenOptions,
  { summaryOnly, verbose }: ShowOptions,
  matched: number,
): string[] {
  const summary = summarizer.summary();
  const detail = verbose ? { detailed: Infinity } : {};
  return [
    ...(summaryOnly || matched === 0 ? [] : ['']),
    ...drawSummary(summary, { ...terminal, ...detail }),
    '',
    ...drawFindings(summary.findings, terminal),
  ];
}

async function judge(
  summarizer: Summarizer,
  terminal: PenOptions,
  { slo, json }: ShowOptions,
  io: Io,
): Promise<number> {
  if (slo.length === 0) return EXIT.ok;
  const results = slo.map((objective) => judgeObjective(objective, summarizer));
  const pen = new Pen(terminal);
  if (json) await writeLines(io.stderr, results.map(objectiveLine));
  else await writeLines(io.stdout, ['', ...results.map((result) => drawObjective(pen, result))]);
  return results.every(({ kept }) => kept) ? EXIT.ok : EXIT.slo;
}
