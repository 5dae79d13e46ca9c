import type { OptionSpec } from '../option-table.ts';

/** An option of `httptrace run`. */
export type RunOptionSpec = Pick<OptionSpec, 'name' | 'short' | 'arg' | 'help'>;

export const RUN_OPTIONS = [
  {
    name: 'save',
    arg: 'FILE',
    help: 'Write all records to a file, one JSON object a line; httptrace show, diff and report read it.',
  },
  { name: 'report', arg: 'FILE', help: 'Write a page with all requests (HTML) when the command has ended.' },
  {
    name: 'ui',
    help: 'Show the requests in the browser while the command runs: prints the address of a page.',
  },

  {
    name: 'live',
    help: 'A waterfall at the foot of the terminal, drawn anew while the command runs, instead of a line a request.',
  },
  { name: 'stack', help: "Show where in the program's code each request was made." },
  {
    name: 'quiet',
    short: 'q',
    help: 'No lines while the command runs and no summary; files and --slo remain.',
  },
  { name: 'no-color', help: 'No colours.' },

  {
    name: 'origin',
    arg: 'ORIGIN',
    help: 'Only requests to it: https://example.com, example.com:8443, example.com, *.example.com. Repeatable.',
  },
  { name: 'status', arg: 'STATUS', help: 'Only those answered so: 404, 5xx, 400-499. Repeatable.' },
  { name: 'min-duration', arg: 'TIME', help: 'Only those that took so long: 100ms, 1.5s.' },
  { name: 'only-errors', help: 'Only those that failed, or were answered with 400 or more.' },

  {
    name: 'slo',
    arg: 'RULE',
    help: 'Exit with 4 when broken and the command itself succeeds: "p95(wait)<200ms". Repeatable.',
  },
  { name: 'help', short: 'h', help: 'Print this and exit.' },
] as const satisfies readonly RunOptionSpec[];

export type RunOptionName = (typeof RUN_OPTIONS)[number]['name'];
