import { drawComparison, type ComparedClient } from '../view/compare.ts';
import { drawExplanation } from '../view/failure.ts';
import { Pen } from '../view/pen.ts';
import { medianCall } from '../view/stats.ts';
import type { CallResult } from './call.ts';
import type { ClientName } from './clients.ts';
import { EXIT } from './exit-codes.ts';
import { writeLines } from './io.ts';
import { jsonLine } from './json-output.ts';
import { Progress } from './progress.ts';
import type { RequestSpec, SenderOptions } from './send.ts';
import { makeSender } from './senders.ts';
import { callOf, isComplete, runLimited, slim, type Session } from './session.ts';
import { drawSlo, sloLine } from './slo-output.ts';
import { checkSlo, type SloResult } from './slo.ts';

/** What became of the requests of one client. */
interface ClientResults {
  readonly client: ClientName;
  readonly results: CallResult[];
}

/**
 * Sends a request with each client, over new connections each time, and shows them side by side.
 *
 * @returns the exit code.
 */
export async function compareTarget(
  session: Session,
  clients: readonly ClientName[],
  request: RequestSpec,
  senderOptions: SenderOptions,
): Promise<number> {
  const { options, io } = session;
  const compared = clients.map((client): ClientResults => ({ client, results: [] }));
  const progress = new Progress(io.stderr, options.repeat * clients.length, session.terminal, options.silent);
  let done = 0;
  await progress.show(done);
  // In rounds, so that what changes meanwhile, here or at the server, changes for all; each with another client first,
  // because caches on the way help those that follow.
  for (let round = 0; round < options.repeat; round++) {
    for (const { client, results } of rotated(compared, round)) {
      if (session.interrupted.aborted) break;
      const sender = await makeSender(client, senderOptions);
      const result = await runLimited(session, sender, request).finally(() => sender.close());
      results.push(options.json ? result : slim(result));
      await progress.show(++done);
    }
  }
  await progress.clear();
  const slo = compared.flatMap((one) => sloOf(one, session));
  if (options.json) {
    await writeLines(io.stdout, [jsonLine(compared.map(plainResults))]);
    await writeLines(
      io.stderr,
      slo.map(([client, result]) => sloLine(result, client)),
    );
  } else await writeLines(session.picture, drawResults(session, compared, slo));
  const failure = compared.flatMap(({ results }) => results).find(({ exitCode }) => exitCode !== EXIT.ok);
  if (failure !== undefined) return failure.exitCode;
  return slo.every(([, result]) => result.kept) ? EXIT.ok : EXIT.slo;
}

function rotated<T>(list: readonly T[], by: number): T[] {
  const from = by % list.length;
  return [...list.slice(from), ...list.slice(0, from)];
}

type ClientSlo = readonly [client: ClientName, result: SloResult];

function sloOf({ client, results }: ClientResults, { options }: Session): ClientSlo[] {
  const calls = results.filter(isComplete).map(callOf);
  return options.slo.map((rule): ClientSlo => [client, checkSlo(rule, calls)]);
}

/** What `--json` prints of a client. */
function plainResults({ client, results }: ClientResults): object {
  const failed = results.find((result) => result.exitCode !== EXIT.ok);
  return {
    client,
    exitCode: failed?.exitCode ?? EXIT.ok,
    records: results.flatMap((result) => result.records),
  };
}

function drawResults(
  session: Session,
  compared: readonly ClientResults[],
  slo: readonly ClientSlo[],
): string[] {
  const { options, terminal } = session;
  const pen = new Pen(terminal);
  const shown = compared.flatMap((one) => {
    const result = shownOf(one.results);
    return result === undefined ? [] : [{ ...one, result }];
  });
  const entries = shown.map(({ client, results, result }): ComparedClient => ({
    name: client,
    shown: result.records,
    calls: results.filter(isComplete).map(callOf),
    failed: results.filter((one) => !isComplete(one)).length,
  }));
  const lines = drawComparison(entries, {
    ...terminal,
    urls: shown[0]?.result.urls ?? [],
    showHeaders: options.verbose,
  });
  for (const { client, result } of shown) {
    if (result.explanation === undefined) continue;
    const explanation = { ...result.explanation, what: `${client}: ${result.explanation.what}` };
    lines.push(...drawExplanation(explanation, pen));
  }
  if (slo.length > 0) lines.push('', ...slo.map(([client, result]) => drawSlo(pen, result, client)));
  return lines;
}

/** The first that failed; else the one in the middle. */
function shownOf(results: readonly CallResult[]): CallResult | undefined {
  const failed = results.find((result) => result.exitCode !== EXIT.ok);
  if (failed !== undefined) return failed;
  const median = medianCall(results.map(callOf));
  return results.find((result) => callOf(result) === median);
}
