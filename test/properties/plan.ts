/** What one run of the properties does, as plain data: it can be shrunk, printed, and kept. */
export interface Plan {
  /** Speak TLS; ignored by clients that always or never do. */
  readonly secure: boolean;
  /** How the server is named in URLs: by its address, by a name, by a name whose first address is dead, or by no name. */
  readonly host: 'address' | 'name' | 'dead address first' | 'unknown name';
  /** At most so many connections; 0 is no limit. */
  readonly connections: number;
  /** Which dispatcher of undici sends; ignored by the other clients. */
  readonly dispatcher: 'Agent' | 'Pool' | 'Client';
  /** Who watches: each request's own context, or an observer. */
  readonly mode: 'context' | 'observe';
  /** Requests of one wave are sent in one turn; the next wave waits until all is at rest. */
  readonly waves: readonly (readonly RequestPlan[])[];
}

/** What the client does with one request. */
export interface RequestPlan {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly body: BodyPlan;
  /** When it is aborted. `head` and `answer` are told by the server: its head was read, a part of the answer was sent. */
  readonly abort: 'never' | 'before' | 'at once' | 'next turn' | 'head' | 'answer';
  /** It goes to a port that nobody listens on. */
  readonly refused: boolean;
  readonly answer: AnswerPlan;
}

/** The body of a request. A held one sends its first chunk, and the others when the answer has begun. */
export type BodyPlan =
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly size: number }
  | { readonly kind: 'chunks'; readonly sizes: readonly number[]; readonly held: boolean };

/** What the server does with one request. */
export interface AnswerPlan {
  /** Answers before it has read the body. */
  readonly early: boolean;
  readonly informational: readonly { readonly status: 102 | 103 | 199; readonly fields: number }[];
  readonly status: 200 | 201 | 204 | 304 | 404 | 500;
  readonly version: '1.1' | '1.0';
  readonly connection: 'keep-alive' | 'close' | 'unsaid';
  readonly framing: 'length' | 'chunked' | 'close';
  readonly size: number;
  readonly trailer: boolean;
  /** Where the answer's bytes are cut into packets, as parts of the whole in thousandths. */
  readonly cuts: readonly number[];
  /** After a whole answer: keep the connection, or end it. Else what happens after `at` thousandths of the answer. */
  readonly ending:
    | { readonly kind: 'keep' | 'end' }
    | { readonly kind: 'truncated' | 'reset' | 'malformed'; readonly at: number };
}

/** All requests, by number. */
export function requestsOf(plan: Plan): RequestPlan[] {
  return plan.waves.flat();
}

/** Whether `request` has a body that its method and clients can send. */
export function hasBody({ method, body }: RequestPlan): boolean {
  return body.kind !== 'none' && (method === 'POST' || method === 'PUT');
}

/** The bytes of a request's body, chunk by chunk. */
export function bodyChunks({ body }: RequestPlan): string[] {
  if (body.kind === 'none') return [];
  return (body.kind === 'text' ? [body.size] : body.sizes).map((size, i) =>
    String.fromCharCode(97 + i).repeat(size),
  );
}

/** Whether an answer with this status has a body. */
export function answersWithBody({ method, answer }: RequestPlan): boolean {
  return method !== 'HEAD' && answer.status !== 204 && answer.status !== 304;
}
