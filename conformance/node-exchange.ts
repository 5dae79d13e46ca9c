import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import { domainToASCII } from 'node:url';
import type { ExchangeOptions, Result } from './drive.ts';
import { sendBody } from './node-body.ts';
import type { RequestScript, Scenario } from './scenario.ts';
import type { Target } from './sequence.ts';

type Finish = (bytes: number, error: Error | null) => void;

/** Makes a request of a scenario and uses its response as the scenario says. */
export async function exchange(
  scenario: Scenario,
  script: RequestScript,
  target: Target,
  agent: http.Agent,
  { signal, reported, onFirstBytes, secure }: ExchangeOptions & { readonly secure: ConnectionOptions },
): Promise<Result> {
  const { request: send } = target.scheme === 'http' ? http : https;
  const { method = 'GET' } = script;
  return new Promise<Result>((resolve) => {
    let status = 0;
    let read = 0;
    const finish: Finish = (bytes, error) => resolve({ status, bytes, error });
    let request: ClientRequest;
    try {
      request = send({ method, agent, signal, ...secure, ...whereTo(scenario, script, target) });
    } catch (error) {
      resolve({ status, bytes: 0, error });
      return;
    }
    // It is emitted before the response's own error.
    request.on('error', (error) => finish(read, error));
    request.on('response', (response) => {
      status = response.statusCode ?? 0;
      if (script.response !== 'leave') response.on('data', (chunk: Buffer) => (read += chunk.length));
      useResponse(response, script, finish);
      if (script.response !== 'leave') response.once('data', onFirstBytes);
    });
    if (typeof script.response === 'object' && 'upgradeAndRead' in script.response) {
      request.on('upgrade', (response, socket, first) => {
        status = response.statusCode ?? 0;
        useConnection(socket, first, script, finish);
      });
    }
    sendBody(request, scenario, script, reported);
  });
}

type Where = Pick<http.RequestOptions, 'host' | 'port' | 'path' | 'headers' | 'socketPath' | 'protocol'>;

/** The address of the request's URL; of a proxy for http the proxy's, with the URL in place of the path. */
function whereTo({ client }: Scenario, script: RequestScript, target: Target): Where {
  const { host, path = '/', port } = script;
  const headers = headersOf(script);
  const named = unbracketed(domainOf(host));
  const number = port === 'none' ? undefined : target.port;
  const proxy = client?.proxy;
  if (proxy?.kind === 'http' && target.scheme === 'http') {
    const authority = number === undefined ? host : `${host}:${number}`;
    const authorization =
      proxy.credentials === undefined
        ? {}
        : { 'Proxy-Authorization': `Basic ${Buffer.from(proxy.credentials).toString('base64')}` };
    return {
      host: proxy.host ?? '127.0.0.1',
      port: target.port,
      path: `http://${authority}${path}`,
      headers: { Host: authority, ...authorization, ...headers },
    };
  }
  // Agents for proxies pool their tunnels by it.
  const protocol = target.scheme === 'http' ? 'http:' : 'https:';
  const socket = target.socketPath === undefined ? {} : { socketPath: target.socketPath };
  return {
    host: named,
    ...(number === undefined ? {} : { port: number }),
    path,
    headers,
    protocol,
    ...socket,
  };
}

// What `new URL()` does with names that are not ASCII; it would change the case of others.
function domainOf(host: string): string {
  return /^[\x21-\x7e]*$/.test(host) ? host : domainToASCII(host);
}

function unbracketed(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1').replace('%25', '%');
}

function headersOf({
  method,
  header = [],
  body,
}: RequestScript): Readonly<Record<string, string | string[]>> {
  const lines = new Map<string, string[]>();
  for (const [name, value] of header) lines.set(name, [...(lines.get(name) ?? []), value]);
  // One value is a string: an array is refused for some names.
  const headers: Record<string, string | string[]> = {};
  for (const [name, values] of lines) headers[name] = values.length === 1 ? values.join() : values;
  if (body === undefined) return method === 'POST' ? { ...headers, 'Content-Length': '0' } : headers;
  if (body.trailers !== undefined) headers['Trailer'] = body.trailers.map(([name]) => name).join(', ');
  return body.framing === 'length'
    ? { ...headers, 'Content-Length': String(body.size) }
    : { ...headers, 'Transfer-Encoding': 'chunked' };
}

function useResponse(response: IncomingMessage, { response: use }: RequestScript, finish: Finish): void {
  if (use === 'leave') {
    finish(0, null);
    // Its connection is closed at the end.
    response.on('error', () => {});
    return;
  }
  const closeAfter = typeof use === 'object' && 'closeAfter' in use ? use.closeAfter : undefined;
  let bytes = 0;
  const close = (): void => {
    finish(closeAfter ?? 0, null);
    response.destroy();
  };
  response.on('error', (error) => finish(bytes, error));
  if (closeAfter === 0) {
    close();
    return;
  }
  response.on('end', () => finish(bytes, null));
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (closeAfter !== undefined && bytes >= closeAfter) close();
  });
}

function useConnection(
  socket: Duplex,
  first: Buffer,
  { response: use }: RequestScript,
  finish: Finish,
): void {
  const wanted = typeof use === 'object' && 'upgradeAndRead' in use ? use.upgradeAndRead : 0;
  let bytes = 0;
  const read = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes < wanted) return;
    finish(wanted, null);
    socket.destroy();
  };
  socket.on('error', (error) => finish(bytes, error));
  socket.on('data', read);
  read(first);
}
