import type { Plan } from './plan.ts';

/** A plan that once broke a law. */
export interface Counterexample {
  readonly client: string;
  /** What was wrong. */
  readonly what: string;
  /** Not repaired yet: it is not run. */
  readonly open?: true;
  readonly plan: Plan;
}

/** Kept so that it never breaks again; new ones are printed by the properties when they fail. */
export const COUNTEREXAMPLES: readonly Counterexample[] = [
  {
    client: 'undici-7',
    what: 'putIdleConn is stamped before wroteRequest when the answer is faster than the flush of the request',
    plan: {
      secure: true,
      host: 'name',
      connections: 0,
      dispatcher: 'Agent',
      mode: 'context',
      waves: [
        [
          {
            method: 'PUT',
            body: { kind: 'chunks', sizes: [1, 1], held: false },
            abort: 'never',
            refused: false,
            answer: {
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
            },
          },
          {
            method: 'GET',
            body: { kind: 'none' },
            abort: 'never',
            refused: false,
            answer: {
              early: false,
              informational: [],
              status: 200,
              version: '1.1',
              connection: 'unsaid',
              framing: 'length',
              size: 0,
              trailer: false,
              cuts: [],
              ending: { kind: 'truncated', at: 0 },
            },
          },
        ],
      ],
    },
  },
  {
    client: 'http2',
    what: 'a complete response is told as cut off when its frames come between those of another',
    plan: {
      secure: true,
      host: 'address',
      connections: 0,
      dispatcher: 'Agent',
      mode: 'context',
      waves: [
        [
          {
            method: 'GET',
            body: { kind: 'chunks', sizes: [1], held: false },
            abort: 'never',
            refused: false,
            answer: {
              early: false,
              informational: [],
              status: 200,
              version: '1.1',
              connection: 'unsaid',
              framing: 'length',
              size: 300000,
              trailer: false,
              cuts: [],
              ending: { kind: 'keep' },
            },
          },
          {
            method: 'GET',
            body: { kind: 'none' },
            abort: 'never',
            refused: false,
            answer: {
              early: false,
              informational: [],
              status: 200,
              version: '1.1',
              connection: 'unsaid',
              framing: 'length',
              size: 4096,
              trailer: false,
              cuts: [1],
              ending: { kind: 'keep' },
            },
          },
        ],
      ],
    },
  },
  {
    client: 'http2',
    what: 'a round trip without a response has no error when its connection ends',
    plan: {
      secure: false,
      host: 'name',
      connections: 0,
      dispatcher: 'Agent',
      mode: 'context',
      waves: [
        [
          {
            method: 'GET',
            body: { kind: 'chunks', sizes: [1], held: false },
            abort: 'never',
            refused: false,
            answer: {
              early: false,
              informational: [{ status: 102, fields: 0 }],
              status: 200,
              version: '1.1',
              connection: 'unsaid',
              framing: 'length',
              size: 4096,
              trailer: false,
              cuts: [],
              ending: { kind: 'truncated', at: 0 },
            },
          },
          {
            method: 'GET',
            body: { kind: 'chunks', sizes: [1], held: false },
            abort: 'never',
            refused: false,
            answer: {
              early: false,
              informational: [],
              status: 200,
              version: '1.1',
              connection: 'unsaid',
              framing: 'length',
              size: 1,
              trailer: false,
              cuts: [],
              ending: { kind: 'keep' },
            },
          },
        ],
      ],
    },
  },
  {
    client: 'fetch',
    what: 'gotConn of a fetch that is aborted at once is called when its socket has no port any more',
    plan: {
      secure: true,
      host: 'address',
      connections: 0,
      dispatcher: 'Agent',
      mode: 'context',
      waves: [
        [
          {
            method: 'GET',
            body: { kind: 'none' },
            abort: 'never',
            refused: false,
            answer: {
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
            },
          },
        ],
        [
          {
            method: 'GET',
            body: { kind: 'none' },
            abort: 'at once',
            refused: false,
            answer: {
              early: false,
              informational: [],
              status: 200,
              version: '1.1',
              connection: 'unsaid',
              framing: 'length',
              size: 0,
              trailer: false,
              cuts: [],
              ending: { kind: 'end' },
            },
          },
        ],
      ],
    },
  },
];
