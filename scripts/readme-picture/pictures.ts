import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Summarizer } from '../../src/analyze/summarizer.ts';
import type { RoundTripRecord } from '../../src/record/types.ts';
import { newReadReport, TraceReader } from '../../src/trace-file/read-trace.ts';
import type { TraceLine } from '../../src/trace-file/types.ts';
import { ConnectionNumbers } from '../../src/view/connection-numbers.ts';
import { drawFindings } from '../../src/view/findings-text.ts';
import { Pen } from '../../src/view/pen.ts';
import { requestLine } from '../../src/view/request-line.ts';
import { drawSummary } from '../../src/view/summary-table.ts';
import { drawWaterfall } from '../../src/view/waterfall.ts';
import { drawTerminal } from './svg.ts';

const COLUMNS = 88;
const TERMINAL = { width: COLUMNS, colour: true, unicode: true };
/** Lines of requests that are shown, before what is left out. */
const FIRST_REQUESTS = 4;

/** The command whose output the picture of a waterfall shows. */
export const ARGUMENTS: readonly string[] = ['-L', 'example.test'];

/** The page in both of its themes. */
export const PAGE_PICTURES = [
  { name: 'page-dark.webp', colorScheme: 'dark' },
  { name: 'page-light.webp', colorScheme: 'light' },
] as const;

/** Bytes that a picture in the README may have. */
export const MOST_BYTES = 150_000;

/** Path of a file in docs/pictures/, from this file in scripts/ or its compiled form. */
export function pictureFile(root: URL, name: string): string {
  return fileURLToPath(new URL(`docs/pictures/${name}`, root));
}

/** Reads the records that were written by the command with `--json`. */
export function readRecording(file: string): RoundTripRecord[] {
  return JSON.parse(readFileSync(file, 'utf8')) as RoundTripRecord[]; // main.ts writes it
}

/** Reads what was written by `httptrace run --save`. */
export function readTraceRecording(file: string): TraceLine[] {
  const reader = new TraceReader(newReadReport());
  return [...reader.read(readFileSync(file)), ...reader.end()];
}

/** Draws records as the command does, in a terminal. */
export function drawPicture(records: readonly RoundTripRecord[]): string {
  return drawTerminal(
    [prompt(['httptrace', ...ARGUMENTS]), '', ...drawWaterfall(records, TERMINAL)],
    COLUMNS,
    {
      title: 'Output of httptrace in a terminal',
      description:
        'Two requests on one time axis: a redirect from http to https, and the page. A bar for each phase, with its time: queued, dns, connect, tls, send, wait, receive. Above the bars the connection, the certificate, the size of the response, and early hints, which are marked on the bar of wait.',
    },
  );
}

/** Draws a trace as `httptrace run` does, in a terminal; ⋮ stands for lines that are left out. */
export function drawRunPicture(trace: readonly TraceLine[]): string {
  const pen = new Pen(TERMINAL);
  const numbers = new ConnectionNumbers();
  const summarizer = new Summarizer();
  const requests: string[] = [];
  let command: readonly string[] = [];
  for (const line of trace) {
    summarizer.add(line);
    if (line.type === 'run') command = line.command;
    if (line.type === 'roundTrip') requests.push(requestLine(line, { pen, numbers }));
  }
  const summary = summarizer.summary();
  const more = pen.paint('dim', '⋮');
  const shown = [
    prompt(['httptrace', 'run', '--', ...command]),
    ...requests.slice(0, FIRST_REQUESTS),
    more,
    '',
    // The slowest requests are left out: they would be the same lines again.
    ...drawSummary({ ...summary, slowest: [] }, TERMINAL),
    more,
    '',
    ...drawFindings(summary.findings, TERMINAL),
  ];
  return drawTerminal(shown, COLUMNS, {
    title: 'Output of httptrace run in a terminal',
    description:
      'A line for each request of a program: method, status, time, a strip of its phases, its connection, which is a new one each time, host and path. Below them the summary of the origin with the percentiles of each phase, and a finding: the client closes its connections after each request, what that costs, and how to keep them.',
  });
}

function prompt(words: readonly string[]): string {
  const pen = new Pen(TERMINAL);
  return `${pen.paint('good', '$')} ${pen.paint('bold', words.join(' '))}`;
}
