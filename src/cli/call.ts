import { Recorder } from '../index.ts';
import type { RoundTripRecord } from '../record/types.ts';
import type { Explanation } from '../view/explanation.ts';
import type { BodyOutput } from './body-output.ts';
import { errorCode, errorMessage } from './errors.ts';
import { EXIT, exitCodeFor } from './exit-codes.ts';
import { nextStep } from './redirect.ts';
import type { BodyChain, RequestSpec, ResponseHead, Sender } from './send.ts';

export interface CallOptions {
  readonly followRedirects: boolean;
  readonly maxRedirects: number;
  /** A status of 400 and more is a failure, and its body is dropped. */
  readonly fail: boolean;
  readonly output: BodyOutput | undefined;
  readonly signal: AbortSignal;
}

/** What became of one URL. */
export interface CallResult {
  /** One for each request sent, redirects in order. */
  readonly records: readonly RoundTripRecord[];
  /** URLs as the user may see them: the first as it was typed. */
  readonly urls: readonly string[];
  readonly exitCode: number;
  /** What the records do not tell about a failure. */
  readonly explanation?: Explanation;
}

/** After the response has ended it takes a moment until it is known whether the connection is kept. */
const FLUSH_TIMEOUT = 1000;

/** Sends a request, follows redirects if wanted, and records every round trip. */
export async function runCall(sender: Sender, first: RequestSpec, options: CallOptions): Promise<CallResult> {
  const records: RoundTripRecord[] = [];
  const urls: string[] = [];
  const done = (exitCode: number, explanation?: Explanation): CallResult => ({
    records,
    urls,
    exitCode,
    ...(explanation === undefined ? {} : { explanation }),
  });
  let request = first;
  for (let followed = 0; ; followed++) {
    const trip = await runRoundTrip(sender, request, options);
    for (const record of trip.records) {
      urls.push(records.length === 0 ? first.url.href : record.request.url);
      records.push(record);
    }
    if (trip.head === undefined) return failed(trip, options, done);
    const step = stepAfter(request, trip.head, options);
    switch (step.kind) {
      case 'none':
        return done(options.fail && trip.head.status >= 400 ? EXIT.httpError : EXIT.ok);
      case 'refuse':
        return step.reason === 'protocol'
          ? done(EXIT.unsupportedProtocol, explainProtocol(step.location))
          : done(EXIT.receive, explainBadLocation(step.location));
      case 'follow':
        if (followed >= options.maxRedirects)
          return done(EXIT.tooManyRedirects, explainTooMany(options.maxRedirects));
        request = step.request;
    }
  }
}

interface Trip {
  readonly records: readonly RoundTripRecord[];
  /** Undefined when it failed. */
  readonly head: ResponseHead | undefined;
  readonly error: unknown;
}

async function runRoundTrip(sender: Sender, request: RequestSpec, options: CallOptions): Promise<Trip> {
  const recorder = new Recorder();
  const onResponse = (head: ResponseHead): BodyChain => bodyChain(request, head, options);
  try {
    const head = await recorder.run(() => sender.send(request, { signal: options.signal, onResponse }));
    await recorder.flush({ timeout: FLUSH_TIMEOUT });
    return { records: recorder.records, head, error: undefined };
  } catch (error) {
    await recorder.flush({ timeout: FLUSH_TIMEOUT });
    return { records: recorder.records, head: undefined, error };
  }
}

function stepAfter(
  request: RequestSpec,
  head: ResponseHead,
  options: CallOptions,
): ReturnType<typeof nextStep> {
  if (!options.followRedirects) return { kind: 'none' };
  return nextStep(request, head.status, head.field('location'));
}

/** Only the last response's body is written. */
function bodyChain(request: RequestSpec, head: ResponseHead, options: CallOptions): BodyChain {
  if (options.output === undefined || (options.fail && head.status >= 400)) return [];
  if (stepAfter(request, head, options).kind !== 'none') return [];
  const hasBody =
    request.method !== 'HEAD' &&
    head.status !== 204 &&
    head.status !== 304 &&
    head.field('content-length') !== '0';
  return options.output.open(head, hasBody);
}

function failed(
  { records, error }: Trip,
  options: CallOptions,
  done: (exitCode: number, explanation?: Explanation) => CallResult,
): CallResult {
  const outputProblem = options.output?.problem;
  if (outputProblem !== undefined)
    return done(EXIT.output, { what: outputProblem.message, why: '', advice: [] });
  const recorded = records.at(-1)?.error;
  if (recorded !== undefined) return done(exitCodeFor(recorded));
  const code = errorCode(error);
  const exitCode = exitCodeFor({
    name: 'Error',
    message: errorMessage(error),
    ...(code === undefined ? {} : { code }),
  });
  return done(exitCode, { what: errorMessage(error), why: '', advice: [] });
}

function explainProtocol(location: string): Explanation {
  return {
    what: 'redirect to another protocol',
    why: `The server redirects to ${location}, which is neither http nor https.`,
    advice: ['Use a program that speaks that protocol.'],
  };
}

function explainBadLocation(location: string): Explanation {
  return {
    what: 'bad redirect',
    why: `The server redirects to "${location}", which is not a URL.`,
    advice: [],
  };
}

function explainTooMany(limit: number): Explanation {
  return {
    what: 'too many redirects',
    why: `${limit} redirects were followed and there is another one.`,
    advice: ['Look for a loop in the URLs above.', 'Allow more with --max-redirs N.'],
  };
}
