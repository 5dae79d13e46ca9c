import type { RoundTripRecord } from '../record/types.ts';
import type { ConnectionNumbers } from '../view/connection-numbers.ts';
import type { PenOptions } from '../view/pen.ts';
import type { Call } from '../view/stats.ts';
import type { BodyOutput } from './body-output.ts';
import { runCall, type CallResult } from './call.ts';
import { RequestTimeoutError } from './errors.ts';
import type { Io } from './io.ts';
import type { Options } from './options.ts';
import type { RequestSpec, Sender } from './send.ts';

/** Everything that the requests of one command line share. */
export interface Session {
  readonly options: Options;
  readonly io: Io;
  /** Where the pictures go: standard output, unless that gets a body. */
  readonly picture: Io['stdout'];
  readonly terminal: PenOptions;
  readonly interrupted: AbortSignal;
  readonly numbers: ConnectionNumbers;
}

/** One call, ended by `--max-time` or Ctrl-C if need be. */
export async function runLimited(
  { options, interrupted }: Session,
  sender: Sender,
  request: RequestSpec,
  output?: BodyOutput,
): Promise<CallResult> {
  const controller = new AbortController();
  const interrupt = (): void => controller.abort(interrupted.reason);
  interrupted.addEventListener('abort', interrupt);
  const { maxTime } = options;
  const timer =
    maxTime === undefined
      ? undefined
      : setTimeout(() => controller.abort(new RequestTimeoutError('--max-time', maxTime)), maxTime * 1000);
  try {
    return await runCall(sender, request, {
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

/** What statistics and rules are about. */
export function callOf(result: CallResult): Call {
  return result.records;
}

/** Every request of it was answered. */
export function isComplete(result: CallResult): boolean {
  return result.records.length > 0 && result.records.every((record) => record.outcome === 'ok');
}

/** Many repetitions would fill the memory with events, which neither pictures nor statistics use. */
export function slim(result: CallResult): CallResult {
  return { ...result, records: result.records.map(withoutEvents) };
}

function withoutEvents(record: RoundTripRecord): RoundTripRecord {
  return { ...record, events: [] };
}
