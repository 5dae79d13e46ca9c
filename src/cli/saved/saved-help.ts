import { wrapWords } from '../../view/text.ts';
import { definitions, helpWidth, optionGroups } from '../help-page.ts';
import type { OptionSpec } from '../option-table.ts';
import { DIFF_OPTIONS } from './diff-options.ts';
import { REPORT_OPTIONS } from './report-options.ts';
import { SHOW_OPTIONS } from './show-options.ts';

interface Help {
  readonly usage: string;
  readonly about: string;
  readonly options: readonly OptionSpec[];
  readonly exitCodes: readonly (readonly [code: string, meaning: string])[];
}

const OK = ['0', 'Done.'] as const;
const USAGE = ['2', 'The command line, or a file that it names, cannot be used.'] as const;

/** The manual page of `httptrace show`, as lines that fit the width. */
export function showHelp(columns: number): string[] {
  return helpPage(columns, {
    usage: 'httptrace show [options] FILE [ID...]',
    about:
      'Draws saved records: a line for each request, then a summary and findings. With the id of a request or call, its full picture. FILE is what httptrace run --save, httptrace/register or httptrace --json wrote; - is standard input.',
    options: SHOW_OPTIONS,
    exitCodes: [OK, USAGE, ['4', 'A --slo rule was broken.']],
  });
}

/** The manual page of `httptrace diff`. */
export function diffHelp(columns: number): string[] {
  return helpPage(columns, {
    usage: 'httptrace diff [options] BEFORE AFTER',
    about:
      'Compares two runs: requests, connections and phases of each origin, and endpoints (method and path, with numbers and ids folded) that are new or gone. A difference of times counts when a rank test (Mann-Whitney) finds it at the level of 1 %, divided by the number of comparisons, when three of five pairs of requests show it, and when medians differ by 5 %; everything else is called noise. Two runs can differ for reasons outside the program: compare several.',
    options: DIFF_OPTIONS,
    exitCodes: [OK, USAGE, ['4', 'With --fail-on-regression: something got worse by more than noise.']],
  });
}

/** The manual page of `httptrace report`. */
export function reportHelp(columns: number): string[] {
  return helpPage(columns, {
    usage: 'httptrace report [options] FILE -o report.html',
    about:
      'Makes one HTML file of saved records, with a waterfall of all requests, search and details. It asks nobody for anything. Values of secrets were hidden when the records were made; URLs without their query values and most header fields are in it.',
    options: REPORT_OPTIONS,
    exitCodes: [OK, USAGE],
  });
}

function helpPage(columns: number, { usage, about, options, exitCodes }: Help): string[] {
  const width = helpWidth(columns);
  return [
    `Usage: ${usage}`,
    '',
    ...wrapWords(about, width),
    ...optionGroups(options, width),
    '',
    'Exit codes',
    ...definitions(exitCodes, 6, width),
  ];
}
