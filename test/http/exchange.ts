import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { onTestFinished } from 'vitest';

import { certs } from '../helpers/certs.ts';

/** What came of a request whose response was read to its end. */
export interface Exchange {
  readonly request: http.ClientRequest;
  readonly response: http.IncomingMessage;
  readonly body: string;
}

/** An agent of node:http that is destroyed when the test has finished. */
export function httpAgent(options: http.AgentOptions = {}): http.Agent {
  const agent = new http.Agent({ keepAlive: true, ...options });
  onTestFinished(() => agent.destroy());
  return agent;
}

/** An agent of node:https that trusts the tests' authority, destroyed when the test has finished. */
export function httpsAgent(options: https.AgentOptions = {}): https.Agent {
  const agent = new https.Agent({ keepAlive: true, ca: certs().ca, ...options });
  onTestFinished(() => agent.destroy());
  return agent;
}

/** An agent for `origin`. */
export function agentFor(origin: string, options: https.AgentOptions = {}): http.Agent {
  return origin.startsWith('https:') ? httpsAgent(options) : httpAgent(options);
}

/** Begins a request by node:http or node:https, whichever `url` is for. */
export function open(url: string, options: https.RequestOptions = {}): http.ClientRequest {
  return url.startsWith('https:')
    ? https.request(url, { ca: certs().ca, ...options })
    : http.request(url, options);
}

/** Reads a response to its end. */
export async function read(response: http.IncomingMessage): Promise<string> {
  response.setEncoding('latin1');
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return body;
}

/** Ends `request` with `body` and reads its response. */
export async function finish(request: http.ClientRequest, body?: string | Buffer): Promise<Exchange> {
  request.end(body);
  const response = await responseOf(request);
  return { request, response, body: await read(response) };
}

/** The response of `request`; rejects with its error. */
export async function responseOf(request: http.ClientRequest): Promise<http.IncomingMessage> {
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]; // node:http's documentation
  return response;
}

/** A whole GET. */
export function get(url: string, options: https.RequestOptions = {}): Promise<Exchange> {
  return finish(open(url, options));
}

/** The error of `request`, which must fail. */
export async function errorOf(request: http.ClientRequest): Promise<NodeJS.ErrnoException> {
  const [error] = (await once(request, 'error')) as [NodeJS.ErrnoException]; // node:http's documentation
  return error;
}
