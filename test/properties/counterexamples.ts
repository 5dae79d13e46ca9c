import type { AnswerPlan, Plan, RequestPlan } from './plan.ts';

/** A plan that once broke a law. */
export interface Counterexample {
  readonly client: string;
  /** What was wrong. */
  readonly what: string;
  /** Not repaired yet: it is not run. */
  readonly open?: true;
  readonly plan: Plan;
}

/** What most answers and requests have in a plan that was shrunk. */
const PLAIN: AnswerPlan = {
  early: false,
  informational: [],
  status: 200,
  version: '1.1',
  connection: 'unsaid',
  framing: 'length',
  size: 0,
  trailer: false,
  cuts: [],
  ending: { kind: 'keep' },
};
const GET: RequestPlan = {
  method: 'GET',
  body: { kind: 'none' },
  abort: 'never',
  refused: false,
  answer: PLAIN,
};
const AGENT = { connections: 0, dispatcher: 'Agent', mode: 'context' } as const;

/** Kept so that it never breaks again; new ones are printed by the properties when they fail. */
export const COUNTEREXAMPLES: readonly Counterexample[] = [
  {
    client: 'undici-7',
    what: 'putIdleConn is stamped before wroteRequest when the answer is faster than the flush of the request',
    plan: {
      ...AGENT,
      secure: true,
      host: 'name',
      waves: [
        [
          { ...GET, method: 'PUT', body: { kind: 'chunks', sizes: [1, 1], held: false } },
          { ...GET, answer: { ...PLAIN, ending: { kind: 'truncated', at: 0 } } },
        ],
      ],
    },
  },
  {
    client: 'http2',
    what: 'a complete response is told as cut off when its frames come between those of another',
    plan: {
      ...AGENT,
      secure: true,
      host: 'address',
      waves: [
        [
          { ...GET, body: { kind: 'chunks', sizes: [1], held: false }, answer: { ...PLAIN, size: 300000 } },
          { ...GET, answer: { ...PLAIN, size: 4096, cuts: [1] } },
        ],
      ],
    },
  },
  {
    client: 'http2',
    what: 'a round trip without a response has no error when its connection ends',
    plan: {
      ...AGENT,
      secure: false,
      host: 'name',
      waves: [
        [
          {
            ...GET,
            body: { kind: 'chunks', sizes: [1], held: false },
            answer: {
              ...PLAIN,
              informational: [{ status: 102, fields: 0 }],
              size: 4096,
              ending: { kind: 'truncated', at: 0 },
            },
          },
          { ...GET, body: { kind: 'chunks', sizes: [1], held: false }, answer: { ...PLAIN, size: 1 } },
        ],
      ],
    },
  },
  {
    client: 'fetch',
    what: 'gotConn of a fetch that is aborted at once is called when its socket has no port any more',
    plan: {
      ...AGENT,
      secure: true,
      host: 'address',
      waves: [[GET], [{ ...GET, abort: 'at once', answer: { ...PLAIN, ending: { kind: 'end' } } }]],
    },
  },
];
