import { accessSync, constants, createWriteStream, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { Writable, type Transform } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import * as zlib from 'node:zlib';
import { cleanText } from '../view/text.ts';
import { quoteArgument } from './args.ts';
import { errorCode, errorMessage, fileProblem, OutputError, UsageError } from './errors.ts';
import type { Io, Output } from './io.ts';
import type { BodyChain, ResponseHead } from './send.ts';

/** Takes the body of a response: `-o FILE`, or `-o -` for standard output. */
export class BodyOutput {
  readonly #path: string;
  readonly #stdout: Output;
  readonly #decompress: boolean;
  #problem: OutputError | undefined;

  /** @throws UsageError when the file cannot be written, as far as this is known beforehand. */
  constructor(path: string, io: Io, decompress: boolean) {
    if (path !== '-') checkWritable(path);
    this.#path = path;
    this.#stdout = io.stdout;
    this.#decompress = decompress;
  }

  /** Why the body could not be written or decompressed. */
  get problem(): OutputError | undefined {
    return this.#problem;
  }

  /** Streams for the body of one response. */
  open(head: ResponseHead, hasBody: boolean): BodyChain {
    const decoders = this.#decompress && hasBody ? decodersFor(head.field('content-encoding')) : [];
    for (const decoder of decoders) {
      decoder.on('error', (error) => this.#fail(`cannot decompress the body: ${errorMessage(error)}`));
    }
    const sink = this.#path === '-' ? streamSink(this.#stdout) : createWriteStream(this.#path);
    sink.on('error', (error: Error) =>
      this.#fail(`cannot write ${this.#shownPath()}: ${fileProblem(error)}`, error),
    );
    return [...decoders, sink];
  }

  #shownPath(): string {
    return this.#path === '-' ? 'to standard output' : quoteArgument(this.#path);
  }

  /** The first failure is the reason; when one stream of a chain fails, the others report that they were cut off. */
  #fail(message: string, error?: Error): void {
    const isConsequence = errorCode(error) === 'ERR_STREAM_PREMATURE_CLOSE';
    if (!isConsequence) this.#problem ??= new OutputError(message);
  }
}

function checkWritable(path: string): void {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
      throw new UsageError(`cannot write ${quoteArgument(path)} for -o: it is a folder`);
    }
    accessSync(dirname(path), constants.W_OK);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot write ${quoteArgument(path)} for -o: ${fileProblem(error)}`);
  }
}

/** Undoes the codings of `Content-Encoding`, the last one first. Unknown ones are left to the user. */
function decodersFor(encoding: string | undefined): Transform[] {
  const decoders: Transform[] = [];
  for (const coding of (encoding ?? '').toLowerCase().split(',').reverse()) {
    const decoder = decoderFor(coding.trim());
    if (decoder === undefined) break;
    decoders.push(decoder);
  }
  return decoders;
}

function decoderFor(coding: string): Transform | undefined {
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return zlib.createGunzip();
    case 'deflate':
      return zlib.createInflate();
    case 'br':
      return zlib.createBrotliDecompress();
    case 'zstd':
      return createZstdDecompress();
    default:
      return undefined;
  }
}

/** Node has it from 22.15 on; @types/node is that of Node 20. */
function createZstdDecompress(): Transform | undefined {
  const { createZstdDecompress: create } = zlib as typeof zlib & { createZstdDecompress?: () => Transform };
  return create?.();
}

/** Writes to a stream that stays open. A terminal gets text that cannot control it, anything else the bytes. */
function streamSink(stream: Output): Writable {
  const decoder = new StringDecoder('utf8');
  return new Writable({
    write(chunk: Buffer, _encoding, callback) {
      stream.write(stream.isTTY === true ? printable(decoder.write(chunk)) : chunk, callback);
    },
  });
}

function printable(text: string): string {
  return text
    .split('\n')
    .map((line) => line.split('\t').map(cleanText).join('\t'))
    .join('\n');
}
