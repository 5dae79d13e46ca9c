import http2, { type Http2Session, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { type ScriptContext, playCommon } from './server-control.ts';
import type { StreamCode, StreamStep } from './server-script.ts';

/** Plays the script of one HTTP/2 connection: a list of steps for each stream, in the order of arrival. */
export class SessionScript {
  readonly #session: ServerHttp2Session;
  readonly #context: ScriptContext;
  readonly #streams: readonly (readonly StreamStep[])[];
  readonly #playing: Promise<void>[] = [];
  readonly #problems: string[] = [];

  constructor(
    session: ServerHttp2Session,
    context: ScriptContext,
    streams: readonly (readonly StreamStep[])[],
  ) {
    this.#session = session;
    this.#context = context;
    this.#streams = streams;
    // The client may end a connection as it likes; steps that wait for more say so.
    session.on('error', () => {});
    session.on('stream', (stream) => {
      const number = this.#playing.length + 1;
      this.#playing.push(this.#serve(stream, number));
    });
  }

  /** Resolves with what did not go by the script when all streams have been played or the connection is closed. */
  async ended(): Promise<readonly string[]> {
    await new Promise<void>((resolve) => {
      this.#session.once('close', resolve);
      this.#session.on('stream', () => {
        if (this.#playing.length >= this.#streams.length) resolve();
      });
      if (this.#session.destroyed || this.#streams.length === 0) resolve();
    });
    await Promise.all(this.#playing);
    if (this.#playing.length !== this.#streams.length) {
      this.#problems.push(`${this.#playing.length} streams instead of ${this.#streams.length}`);
    }
    return this.#problems;
  }

  async #serve(stream: ServerHttp2Stream, number: number): Promise<void> {
    const steps = this.#streams[number - 1] ?? [];
    const hasTrailers = steps.some((step) => 'data' in step && step.trailers !== undefined);
    const player = new StreamPlayer(stream, this.#session, this.#context, hasTrailers);
    for (const [index, step] of steps.entries()) {
      try {
        await player.play(step);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.#problems.push(`stream ${number}, step ${index + 1} ${JSON.stringify(step)}: ${reason}`);
        return;
      }
    }
  }
}

class StreamPlayer {
  readonly #stream: ServerHttp2Stream;
  readonly #session: Http2Session;
  readonly #context: ScriptContext;
  readonly #ended = new AbortController();
  readonly #hasTrailers: boolean;
  #bodyEnded = false;

  constructor(
    stream: ServerHttp2Stream,
    session: Http2Session,
    context: ScriptContext,
    hasTrailers: boolean,
  ) {
    this.#hasTrailers = hasTrailers;
    this.#stream = stream;
    this.#session = session;
    this.#context = context;
    stream.on('error', () => {});
    stream.on('end', () => (this.#bodyEnded = true));
    stream.on('close', () => this.#ended.abort());
    stream.resume();
  }

  async play(step: StreamStep): Promise<void> {
    if (await playCommon(step, this.#context, this.#ended.signal)) return;
    if ('await' in step) await this.#await(step.await);
    else if ('inform' in step)
      this.#stream.additionalHeaders({ ':status': step.inform, ...copy(step.fields) });
    else if ('respond' in step) {
      // Trailers are announced with the head: node asks for them when the last data is out.
      const options = { endStream: step.ends ?? false, waitForTrailers: this.#hasTrailers };
      this.#stream.respond({ ':status': step.respond, ...step.fields }, options);
    } else if ('data' in step) this.#data(step);
    else if ('reset' in step) this.#stream.close(code(step.reset));
    else if ('goaway' in step) this.#session.goaway(code(step.goaway), Math.max(0, step.last * 2 - 1));
    else if ('close' in step) this.#session.destroy();
  }

  #data({ data, ends, trailers }: Extract<StreamStep, { data: string }>): void {
    if (ends !== true) {
      this.#stream.write(data);
      return;
    }
    if (trailers !== undefined) {
      this.#stream.once('wantTrailers', () => this.#stream.sendTrailers(trailers));
    }
    this.#stream.end(data);
  }

  async #await(what: 'body' | 'end'): Promise<void> {
    if (what === 'end') {
      if (!this.#stream.closed) await new Promise((resolve) => this.#stream.once('close', resolve));
      return;
    }
    if (this.#bodyEnded || this.#stream.readableEnded) return;
    await new Promise<void>((resolve, reject) => {
      this.#stream.once('end', resolve);
      this.#stream.once('close', () => reject(new Error('the client ended the stream before its body')));
    });
  }
}

function code(name: StreamCode): number {
  return http2.constants[`NGHTTP2_${name}`];
}

/** Fields with arrays that node may have for its own. */
function copy(
  fields: Readonly<Record<string, string | readonly string[]>> = {},
): Record<string, string | string[]> {
  const entries = Object.entries(fields);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  );
}
