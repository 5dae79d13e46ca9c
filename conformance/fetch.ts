import type * as Undici7 from 'undici';
import { type ExchangeOptions, type Result, playerOf } from './drive.ts';
import { bodyError } from './node-errors.ts';
import { parts } from './node-body.ts';
import { lookupOf } from './node-lookup.ts';
import type { RequestScript, Scenario } from './scenario.ts';
import type { Player, Target } from './sequence.ts';
import { agentOptions, urlOf } from './undici-client.ts';

type AgentClass = typeof Undici7.Agent;

/**
 * Makes requests by global fetch, with agents of the undici that Node has built in: the class is that of the global
 * dispatcher, as long as no other copy has put one of its own there.
 */
export function playFetch(Agent: AgentClass): Player {
  return playerOf((scenario, target, reported) => {
    const { client = {} } = scenario;
    const dispatcher = new Agent({ ...agentOptions(client, target, lookupOf(client, reported)) });
    return {
      exchange: async (script, options) => exchange(scenario, script, target, dispatcher, options),
      close: async () => dispatcher.destroy(),
    };
  });
}

/** The class of the global dispatcher; to be called before any undici of npm is loaded. */
export async function builtInAgent(): Promise<AgentClass> {
  // Any use of fetch makes the global dispatcher.
  await fetch('data:,').then(async (response) => response.text());
  const symbols = ['undici.globalDispatcher.2', 'undici.globalDispatcher.1'].map((name) => Symbol.for(name));
  const globals = globalThis as unknown as Record<symbol, { readonly constructor: unknown } | undefined>;
  const found = symbols.map((symbol) => globals[symbol]).find((dispatcher) => dispatcher !== undefined);
  if (found === undefined) throw new Error('fetch has no global dispatcher in this version of Node');
  return found.constructor as AgentClass;
}

/** Responses that nobody reads, as long as their connections last: fetch closes that of one that is collected. */
const unread = new WeakMap<Undici7.Dispatcher, Response>();

async function exchange(
  { client }: Scenario,
  script: RequestScript,
  target: Target,
  dispatcher: Undici7.Dispatcher,
  { signal, reported, onFirstBytes }: ExchangeOptions,
): Promise<Result> {
  const { method = 'GET', header = [], response: use } = script;
  let status = 0;
  let bytes = 0;
  try {
    // `dispatcher` and `duplex` are beside the standard's options; the types of the dispatcher are another copy's.
    const options = {
      method,
      headers: header.map(([name, value]): [string, string] => [name, value]),
      signal,
      redirect: client?.followsRedirects === true ? 'follow' : 'manual',
      body: bodyOf(script, reported),
      duplex: 'half',
      dispatcher,
    } as unknown as RequestInit;
    const response = await fetch(urlOf(script, target), options);
    status = response.status;
    if (use === 'leave') unread.set(dispatcher, response);
    if (use === 'leave' || response.body === null) return { status, bytes, error: null };
    const closeAfter = typeof use === 'object' && 'closeAfter' in use ? use.closeAfter : Infinity;
    const body: ReadableStream<Uint8Array> = response.body;
    const reader = body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { status, bytes, error: null };
      if (bytes === 0) onFirstBytes();
      bytes += value.length;
      if (bytes < closeAfter) continue;
      await reader.cancel();
      return { status, bytes: closeAfter, error: null };
    }
  } catch (error) {
    return { status, bytes, error };
  }
}

function bodyOf(
  { body }: RequestScript,
  reported: ExchangeOptions['reported'],
): string | ReadableStream<Uint8Array> | null {
  if (body === undefined) return null;
  const { first, rest } = parts(body);
  if (body.framing === 'length') return first + rest;
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(encoder.encode(first));
      if (body.fails === true) {
        await reported('wroteHeaders');
        controller.error(bodyError);
        return;
      }
      if (body.restAfter !== undefined) await reported(body.restAfter);
      controller.enqueue(encoder.encode(rest));
      controller.close();
    },
  });
}
