import type { ClientRequest } from 'node:http';
import type { ExchangeOptions } from './drive.ts';
import { bodyError } from './node-errors.ts';
import type { RequestBody, RequestScript, Scenario } from './scenario.ts';

/** Sends the body at once, or as Go does when the request expects a 100: after it, after the wait, or not at all. */
export function sendBody(
  request: ClientRequest,
  scenario: Scenario,
  { header = [], body }: RequestScript,
  reported: ExchangeOptions['reported'],
): void {
  if (body === undefined) {
    request.end();
    return;
  }
  if (header.some(([name, value]) => name.toLowerCase() === 'expect' && /^100-continue$/i.test(value))) {
    sendWhenAsked(request, scenario, body);
    return;
  }
  const { first, rest } = parts(body);
  const trailers = body.trailers ?? [];
  if (first !== '') request.write(first);
  if (body.fails === true) {
    // What a stream's pipeline() does when its source fails. The head is out by then, as with Go.
    void reported('wroteHeaders').then(() => request.destroy(bodyError));
    return;
  }
  const finish = (): void => {
    if (trailers.length > 0)
      request.addTrailers(trailers.map(([name, value]): [string, string] => [name, value]));
    request.end(rest);
  };
  if (body.restAfter === undefined) finish();
  else void reported(body.restAfter).then(finish);
}

/** The two halves of a body. */
export function parts({ size, endsAfter = size }: RequestBody): {
  readonly first: string;
  readonly rest: string;
} {
  const half = Math.floor(endsAfter / 2);
  return { first: 'b'.repeat(half), rest: 'b'.repeat(endsAfter - half) };
}

function sendWhenAsked(request: ClientRequest, scenario: Scenario, body: RequestBody): void {
  const { first, rest } = parts(body);
  const bytes = first + rest;
  const timer = setTimeout(() => request.end(bytes), scenario.client?.expectContinueTimeout ?? 60_000);
  request.on('close', () => clearTimeout(timer));
  request.on('continue', () => {
    clearTimeout(timer);
    if (!request.writableEnded) request.end(bytes);
  });
  request.prependListener('response', (response) => {
    clearTimeout(timer);
    if (!request.writableEnded) request.end(response.headers.connection === 'close' ? '' : bytes);
  });
}
