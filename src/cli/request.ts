import { readFileSync } from 'node:fs';
import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import * as zlib from 'node:zlib';
import { quoteArgument } from './args.ts';
import { fileProblem, UsageError } from './errors.ts';
import type { Options } from './options.ts';
import { basicAuthorization } from './proxy.ts';
import type { RequestSpec } from './send.ts';
import type { Target } from './urls.ts';
import { packageVersion } from './version.ts';

/** What all requests of a command line have in common. */
export type RequestTemplate = Omit<RequestSpec, 'url'>;

/** Content codings that this Node can undo. */
export const ACCEPTED_CODINGS = [
  'gzip',
  'deflate',
  'br',
  ...('createZstdDecompress' in zlib ? ['zstd'] : []),
];

const FORM_TYPE = 'application/x-www-form-urlencoded';

/**
 * Makes the request that the options describe.
 *
 * @throws UsageError for a header that cannot be sent and a file that cannot be read.
 */
export async function buildRequest(options: Options, stdin: Readable): Promise<RequestTemplate> {
  const body = await readBody(options, stdin);
  const own = readHeaderLines(options.headerLines);
  const defaults: [string, string][] = [
    ['User-Agent', options.userAgent ?? `httptrace/${packageVersion()}`],
    ['Accept', '*/*'],
  ];
  if (options.compressed) defaults.push(['Accept-Encoding', ACCEPTED_CODINGS.join(', ')]);
  if (options.referer !== undefined) defaults.push(['Referer', options.referer]);
  if (body !== undefined) defaults.push(['Content-Type', FORM_TYPE]);
  const named = new Set([...own.fields.map(([name]) => name.toLowerCase()), ...own.omit]);
  const header = [...defaults.filter(([name]) => !named.has(name.toLowerCase())), ...own.fields];
  for (const [name, value] of header) checkField(name, value);
  return {
    method: options.method ?? defaultMethod(options, body),
    header: header.map(([name, value]) => [name, toBytes(value)]),
    omit: own.omit,
    ...(body === undefined ? {} : { body }),
  };
}

/** Adds what belongs to one URL: `-u`, or the userinfo in the URL. A field of the user's own comes first. */
export function requestTo(target: Target, template: RequestTemplate, options: Options): RequestSpec {
  const credentials = options.user ?? target.userinfo;
  const hasOwn = template.header.some(([name]) => name.toLowerCase() === 'authorization');
  if (credentials === undefined || hasOwn) return { ...template, url: target.url };
  const authorization = ['Authorization', basicAuthorization(credentials)] as const;
  return { ...template, url: target.url, header: [authorization, ...template.header] };
}

function defaultMethod(options: Options, body: Buffer | undefined): string {
  if (options.head) return 'HEAD';
  return body === undefined ? 'GET' : 'POST';
}

async function readBody(options: Options, stdin: Readable): Promise<Buffer | undefined> {
  if (options.data.length === 0) return undefined;
  const parts: Buffer[] = [];
  for (const { kind, value } of options.data) {
    if (parts.length > 0) parts.push(Buffer.from('&'));
    if (kind === 'data-raw' || !value.startsWith('@')) {
      parts.push(Buffer.from(value, 'utf8'));
      continue;
    }
    const content = await readInput(value.slice(1), kind === 'data' ? '-d' : '--data-binary', stdin);
    parts.push(kind === 'data' ? withoutLineEnds(content) : content);
  }
  return Buffer.concat(parts);
}

async function readInput(path: string, written: string, stdin: Readable): Promise<Buffer> {
  return path === '-' ? buffer(stdin) : readInputFile(path, written);
}

/**
 * Reads a file that an option names.
 *
 * @throws UsageError that names option, file and problem.
 */
export function readInputFile(path: string, written: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(`cannot read ${quoteArgument(path)} for ${written}: ${fileProblem(error)}`);
  }
}

/** As curl does for `-d @file`. */
function withoutLineEnds(content: Buffer): Buffer {
  return content.filter((byte) => byte !== 0x0a && byte !== 0x0d) as Buffer;
}

interface OwnHeader {
  readonly fields: readonly [string, string][];
  readonly omit: ReadonlySet<string>;
}

function readHeaderLines(written: readonly string[]): OwnHeader {
  const fields: [string, string][] = [];
  const omit = new Set<string>();
  const lines = written.flatMap((line) =>
    line.startsWith('@')
      ? readInputFile(line.slice(1), '-H')
          .toString('utf8')
          .split(/\r?\n/)
          .filter((one) => one !== '')
      : [line],
  );
  for (const line of lines) {
    const found = /^(?<name>[^:;]*)(?<mark>[:;])(?<value>[\s\S]*)$/.exec(line)?.groups;
    const { name = '', mark = '', value = '' } = found ?? {};
    if (found === undefined || (mark === ';' && value.trim() !== '')) {
      throw new UsageError(`bad header "${quoteArgument(line)}" for -H: write "Name: value"`);
    }
    checkField(name.trim(), '');
    if (mark === ':' && value.trim() === '') omit.add(name.trim().toLowerCase());
    else fields.push([name.trim(), value.trim()]);
  }
  return { fields, omit };
}

/** The value can be a secret: errors do not repeat it. */
function checkField(name: string, value: string): void {
  try {
    validateHeaderName(name);
  } catch {
    throw new UsageError(`bad header name "${quoteArgument(name)}" for -H`);
  }
  try {
    validateHeaderValue(name, toBytes(value));
  } catch {
    throw new UsageError(`bad value of header "${name}": control characters and line ends cannot be sent`);
  }
}

/** Node sends one byte a character; the user means UTF-8. */
function toBytes(value: string): string {
  return Buffer.from(value, 'utf8').toString('latin1');
}
