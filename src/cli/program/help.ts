import { padEnd, wrapWords } from '../../view/text.ts';
import { RUN_OPTIONS, type RunOptionSpec } from './option-table.ts';

const MOST_COLUMNS = 100;
const LEAST_COLUMNS = 60;
const TERM_COLUMNS = 24;
const SPECS: readonly RunOptionSpec[] = RUN_OPTIONS;

const EXIT_MEANINGS: readonly (readonly [string, string])[] = [
  ['the command', 'As the command ended; 128 + N when signal N ended it.'],
  ['2', 'The command line, or a file that it names, cannot be used. Nothing was started.'],
  ['4', 'A --slo rule was broken, and the command succeeded.'],
  ['23', '--save or --report could not be written, and the command succeeded.'],
  ['126, 127', 'The command cannot be run; it was not found.'],
];

const EXAMPLES: readonly (readonly [string, string])[] = [
  ['httptrace run -- node app.js', 'Every request of a program, with a summary at its end.'],
  ['httptrace run --only-errors -- npm test', 'What fails in the tests.'],
  ['httptrace run --save run.jsonl --quiet -- node app.js', 'Record now, look at it later: httptrace show.'],
  ["httptrace run --slo 'p95(wait)<200ms' -- node job.js", 'Fail when the servers are too slow.'],
];

/** The manual page of `httptrace run`, as lines that fit the width. */
export function runHelp(columns: number): string[] {
  const width = Math.max(LEAST_COLUMNS, Math.min(MOST_COLUMNS, columns));
  return [
    'httptrace run - see every HTTP request of a program',
    '',
    'Usage: httptrace run [options] [--] COMMAND [ARGUMENT...]',
    '',
    ...wrapWords(
      'Runs a command and traces each Node process in it: children, worker threads, npm scripts. The command keeps its input, its output, its signals and its exit code; what is shown of its requests goes to standard error.',
      width,
    ),
    '',
    'Options',
    ...definitions(SPECS.map(optionEntry), width),
    '',
    'Exit codes',
    ...definitions(EXIT_MEANINGS, width),
    '',
    'Examples',
    ...EXAMPLES.flatMap(([command, meaning]) => [`  ${command}`, `      ${meaning}`]),
  ];
}

function optionEntry({ name, short, arg, help }: RunOptionSpec): [string, string] {
  const letter = short === undefined ? '    ' : `-${short}, `;
  return [`${letter}--${name}${arg === undefined ? '' : ` ${arg}`}`, help];
}

function definitions(entries: readonly (readonly [string, string])[], width: number): string[] {
  return entries.flatMap(([term, meaning]) => {
    const [first = '', ...rest] = wrapWords(meaning, width - TERM_COLUMNS - 2);
    const indent = ' '.repeat(TERM_COLUMNS + 2);
    return [`  ${padEnd(term, TERM_COLUMNS)}${first}`, ...rest.map((line) => indent + line)];
  });
}
