import { drawExplanation } from '../view/failure.ts';
import { Pen } from '../view/pen.ts';
import { drawStats } from '../view/stats-table.ts';
import { drawWaterfall } from '../view/waterfall.ts';
import type { BodyOutput } from './body-output.ts';
import type { CallResult } from './call.ts';
import { EXIT } from './exit-codes.ts';
import { writeLines } from './io.ts';
import { jsonLine } from './json-output.ts';
import { Progress } from './progress.ts';
import type { RequestSpec, Sender } from './send.ts';
import { callOf, isComplete, runLimited, slim, type Session } from './session.ts';
import { drawSlo, sloLine } from './slo-output.ts';
import { checkSlo, type SloResult } from './slo.ts';

/**
 * Sends a request as often as wanted and shows what happened.
 *
 * @returns the exit code.
 */
export async function traceTarget(
  session: Session,
  sender: Sender,
  request: RequestSpec,
  output: BodyOutput | undefined,
): Promise<number> {
  const { options, io } = session;
  const results: CallResult[] = [];
  const progress = new Progress(io.stderr, options.repeat, session.terminal, options.silent);
  await progress.show(0);
  for (let count = 0; count < options.repeat && !session.interrupted.aborted; count++) {
    const result = await runLimited(session, sender, request, output);
    if (options.json) await writeLines(io.stdout, result.records.map(jsonLine));
    results.push(slim(result));
    await progress.show(count + 1);
  }
  await progress.clear();
  const slo = options.slo.map((rule) => checkSlo(rule, results.filter(isComplete).map(callOf)));
  if (options.json)
    await writeLines(
      io.stderr,
      slo.map((one) => sloLine(one)),
    );
  else await writeLines(session.picture, drawResults(session, results, slo));
  const failure = results.find((result) => result.exitCode !== EXIT.ok);
  if (failure !== undefined) return failure.exitCode;
  return slo.every((one) => one.kept) ? EXIT.ok : EXIT.slo;
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
