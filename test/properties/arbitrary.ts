import * as fc from 'fast-check';

import type { AnswerPlan, BodyPlan, Plan, RequestPlan } from './plan.ts';

/** What a client can do, which decides what is drawn for it. */
export interface Abilities {
  readonly http: '1.1' | '2';
  /** Survives an abort without breaking by itself. */
  readonly aborts: boolean;
  /** Takes a body that is made while it is sent. */
  readonly streams: boolean;
  /** Survives the end of a connection with requests on it. */
  readonly ends: boolean;
  /** Survives that a response is cut off within its trailers. */
  readonly cutTrailers: boolean;
}

const size = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 40 }) },
  { weight: 1, arbitrary: fc.constantFrom(4096, 16_384, 70_000, 300_000) },
);

const body = ({ streams, http, ends }: Abilities): fc.Arbitrary<BodyPlan> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<BodyPlan>({ kind: 'none' }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('text' as const),
        // Undici never ends an empty body over HTTP/2.
        size: http === '2' && !ends ? fc.integer({ min: 1, max: 20_000 }) : size,
      }),
    },
    {
      weight: streams ? 2 : 0,
      arbitrary: fc.record({
        kind: fc.constant('chunks' as const),
        sizes: fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 4 }),
        held: fc.boolean(),
      }),
    },
  );

const ending = (ends: boolean): fc.Arbitrary<AnswerPlan['ending']> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('keep' as const) }) },
    { weight: ends ? 2 : 0, arbitrary: fc.record({ kind: fc.constant('end' as const) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom(
          'reset' as const,
          'malformed' as const,
          ...(ends ? ['truncated' as const] : []),
        ),
        at: fc.integer({ min: 0, max: 999 }),
      }),
    },
  );

const answer = ({ ends, cutTrailers }: Abilities): fc.Arbitrary<AnswerPlan> => {
  const drawn: fc.Arbitrary<AnswerPlan> = fc.record({
    early: fc.boolean(),
    informational: fc.array(
      fc.record({
        status: fc.constantFrom(102 as const, 103 as const, 199 as const),
        fields: fc.integer({ min: 0, max: 2 }),
      }),
      { maxLength: 3 },
    ),
    status: fc.constantFrom(
      200 as const,
      200 as const,
      201 as const,
      204 as const,
      304 as const,
      404 as const,
      500 as const,
    ),
    version: fc.constantFrom('1.1' as const, '1.1' as const, '1.1' as const, '1.0' as const),
    connection: fc.constantFrom(
      'unsaid' as const,
      'unsaid' as const,
      'keep-alive' as const,
      'close' as const,
    ),
    framing: fc.constantFrom('length' as const, 'length' as const, 'chunked' as const, 'close' as const),
    size,
    trailer: fc.boolean(),
    cuts: fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 4 }),
    ending: ending(ends),
  });
  return cutTrailers ? drawn : drawn.map(withoutCutTrailer);
};

/** A response that is cut off has no trailer. */
function withoutCutTrailer(answer: AnswerPlan): AnswerPlan {
  return answer.ending.kind === 'keep' || answer.ending.kind === 'end'
    ? answer
    : { ...answer, trailer: false };
}

const request = (abilities: Abilities): fc.Arbitrary<RequestPlan> =>
  fc.record({
    method: fc.constantFrom(
      'GET' as const,
      'GET' as const,
      'POST' as const,
      'PUT' as const,
      'HEAD' as const,
      'DELETE' as const,
    ),
    body: body(abilities),
    abort: fc.oneof(
      { weight: 6, arbitrary: fc.constant('never' as const) },
      {
        weight: abilities.aborts ? 2 : 0,
        arbitrary: fc.constantFrom(
          'before' as const,
          'at once' as const,
          'next turn' as const,
          'head' as const,
          'head' as const,
          'answer' as const,
          'answer' as const,
        ),
      },
    ),
    refused: fc.oneof(
      { weight: 15, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
    answer: answer(abilities),
  });

/**
 * Without httptrace too, node:http2 does not survive that a server cuts the connection on which a body is still being sent
 * (docs/discoveries/node-http2.md): it sends data for ever, until no memory is left (Node 20 to 26), or never ends the
 * request (Node 24).
 */
function survivable(wave: RequestPlan[]): RequestPlan[] {
  if (wave.every(({ body }) => body.kind === 'none')) return wave;
  return wave.map((request) => {
    const { answer } = request;
    if (answer.ending.kind !== 'truncated') return request;
    return { ...request, answer: { ...answer, ending: { ...answer.ending, kind: 'reset' } } };
  });
}

/** Plans for a client. */
export function plans(abilities: Abilities): fc.Arbitrary<Plan> {
  const wave = fc.array(request(abilities), { minLength: 1, maxLength: 4 });
  return fc.record({
    secure: fc.oneof(
      { weight: 3, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
    host: fc.oneof(
      { weight: 5, arbitrary: fc.constant('address' as const) },
      { weight: 3, arbitrary: fc.constant('name' as const) },
      { weight: 1, arbitrary: fc.constantFrom('dead address first' as const, 'unknown name' as const) },
    ),
    connections: fc.constantFrom(0, 0, 1, 2),
    dispatcher: fc.constantFrom('Agent' as const, 'Pool' as const, 'Client' as const),
    mode: fc.constantFrom('context' as const, 'observe' as const),
    waves: fc.array(abilities.http === '2' ? wave.map(survivable) : wave, { minLength: 1, maxLength: 3 }),
  });
}
