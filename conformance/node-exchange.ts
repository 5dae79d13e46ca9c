import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import { kindOf } from './node-errors.ts';
import type { RequestScript, Scenario } from './scenario.ts';
import type { Outcome, Target } from './sequence.ts';

export interface Exchange {
  readonly request: ClientRequest;
  readonly outcome: Promise<Omit<Outcome, 'request'>>;
}

type Finish = (bytes: number, error: Error | null) => void;

/** Makes a request of a scenario and uses its response as the scenario says. */
export function exchange(
  scenario: Scenario,
  script: RequestScript,
  { scheme, port }: Target,
  agent: http.Agent,
  signal: AbortSignal,
): Exchange {
  const { request: send } = scheme === 'http' ? http : https;
  const { method = 'GET', host, path = '/' } = script;
  const request = send({ method, host, port, path, agent, signal, headers: headersOf(script) });
  const outcome = new Promise<Omit<Outcome, 'request'>>((resolve) => {
    let status = 0;
    const finish: Finish = (bytes, error) => resolve({ status, bytes, error: kindOf(error) });
    request.on('error', (error) => finish(0, error));
    request.on('response', (response) => {
      status = response.statusCode ?? 0;
      useResponse(response, script, finish);
    });
    request.on('upgrade', (response, socket, first) => {
      status = response.statusCode ?? 0;
      useConnection(socket, first, script, finish);
    });
  });
  sendBody(request, scenario, script);
  return { request, outcome };
}

function headersOf({ header = [], body }: RequestScript): Readonly<Record<string, string | string[]>> {
  const headers: Record<string, string[]> = {};
  for (const [name, value] of header) headers[name] = [...(headers[name] ?? []), value];
  if (body === undefined) return headers;
  return body.framing === 'length'
    ? { ...headers, 'Content-Length': String(body.size) }
    : { ...headers, 'Transfer-Encoding': 'chunked' };
}

/** Sends the body at once, or as Go does when the request expects a 100: after it, after the wait, or not at all. */
function sendBody(request: ClientRequest, scenario: Scenario, { header = [], body }: RequestScript): void {
  if (body === undefined) {
    request.end();
    return;
  }
  const bytes = 'b'.repeat(body.size);
  if (!header.some(([name]) => name.toLowerCase() === 'expect')) {
    const half = Math.floor(body.size / 2);
    request.write(bytes.slice(0, half));
    request.end(bytes.slice(half));
    return;
  }
  const timer = setTimeout(() => request.end(bytes), scenario.client?.expectContinueTimeout ?? 1000);
  request.on('close', () => clearTimeout(timer));
  request.on('continue', () => {
    clearTimeout(timer);
    request.end(bytes);
  });
  request.prependListener('response', (response) => {
    clearTimeout(timer);
    if (!request.writableEnded) request.end(response.headers.connection === 'close' ? '' : bytes);
  });
}

function useResponse(response: IncomingMessage, { response: use }: RequestScript, finish: Finish): void {
  const closeAfter = typeof use === 'object' && 'closeAfter' in use ? use.closeAfter : undefined;
  let bytes = 0;
  response.on('error', (error) => finish(bytes, error));
  response.on('end', () => finish(bytes, null));
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (closeAfter !== undefined && bytes >= closeAfter) {
      finish(closeAfter, null);
      response.destroy();
    }
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
