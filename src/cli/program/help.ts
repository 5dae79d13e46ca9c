import { wrapWords } from '../../view/text.ts';
import { definitions, helpWidth, optionGroups } from '../help-page.ts';
import { RUN_OPTIONS } from './program-options.ts';

const EXIT_MEANINGS: readonly (readonly [string, string])[] = [
  ['any', 'As the command ended; 128 + N when signal N ended it.'],
  ['2', 'The command line, or a file that it names, cannot be used. Nothing was started.'],
  ['4', 'A --slo rule was broken, and the command succeeded.'],
  ['23', '--save or --report could not be written, and the command succeeded.'],
  ['126', 'The command cannot be run.'],
  ['127', 'The command was not found.'],
];

const EXAMPLES: readonly (readonly [string, string])[] = [
  ['httptrace run -- node app.js', 'Every request of a program, with a summary at its end.'],
  ['httptrace run --only-errors -- npm test', 'What fails in the tests.'],
  ['httptrace run -q --save run.jsonl -- node app.js', 'Record now, look at it later: httptrace show.'],
  ["httptrace run --slo 'p95(wait)<200ms' -- node job.js", 'Fail when the servers are too slow.'],
];

/** The manual page of `httptrace run`, as lines that fit the width. */
export function runHelp(columns: number): string[] {
  const width = helpWidth(columns);
  return [
    'Usage: httptrace run [options] [--] COMMAND [ARGUMENT...]',
    '',
    ...wrapWords(
      'Runs a command and traces each Node process in it: children, worker threads, npm scripts. The command keeps its input, its output, its signals and its exit code; what is shown of its requests goes to standard error.',
      width,
    ),
    ...optionGroups(RUN_OPTIONS, width),
    '',
    'Exit codes',
    ...definitions(EXIT_MEANINGS, 6, width),
    '',
    'Examples',
    ...EXAMPLES.flatMap(([command, meaning]) => [`  ${command}`, `      ${meaning}`]),
  ];
}
