import { createSecureContext, type SecureContext } from 'node:tls';
import { quoteArgument } from './args.ts';
import { errorMessage, UsageError } from './errors.ts';
import type { Options } from './options.ts';
import { readInputFile } from './request.ts';

/**
 * Reads `--cacert` for connections to an https proxy, which gets no client certificate; undefined when it is not given.
 *
 * @throws UsageError when the file cannot be read or used.
 */
export function readProxyContext({ cacert }: Options): SecureContext | undefined {
  return cacert === undefined ? undefined : tryContext({ ca: readAuthorities(cacert) }, cacert, '--cacert');
}

/**
 * Reads `--cacert`, `--cert` and `--key`; undefined when none is given.
 *
 * @throws UsageError when a file cannot be read or used.
 */
export function readSecureContext({ cacert, cert, key }: Options): SecureContext | undefined {
  if (cacert === undefined && cert === undefined) return undefined;
  const ca = cacert === undefined ? undefined : readAuthorities(cacert);
  if (ca !== undefined) tryContext({ ca }, cacert ?? '', '--cacert');
  if (cert === undefined) return createSecureContext({ ca });
  const certificate = readInputFile(cert, '--cert');
  tryContext({ cert: certificate }, cert, '--cert');
  const keyFile = key ?? cert;
  const privateKey = readInputFile(keyFile, '--key');
  const keyOption = key === undefined ? '--cert (with the key in it; else name it with --key)' : '--key';
  return tryContext(
    { ...(ca === undefined ? {} : { ca }), cert: certificate, key: privateKey },
    keyFile,
    keyOption,
  );
}

function readAuthorities(path: string): Buffer {
  const ca = readInputFile(path, '--cacert');
  if (ca.includes('-----BEGIN ')) return ca;
  throw new UsageError(`cannot use ${quoteArgument(path)} for --cacert: it is no PEM file`);
}

function tryContext(
  options: Parameters<typeof createSecureContext>[0],
  path: string,
  written: string,
): SecureContext {
  try {
    return createSecureContext(options);
  } catch (error) {
    throw new UsageError(`cannot use ${quoteArgument(path)} for ${written}: ${errorMessage(error)}`);
  }
}
