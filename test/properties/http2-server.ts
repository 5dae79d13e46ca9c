import { once } from 'node:events';
import http2 from 'node:http2';
import type net from 'node:net';

import { certs } from '../helpers/certs.ts';
import { type Call, turn } from './call.ts';
import { answersWithBody, hasBody } from './plan.ts';
import type { PlanServer } from './server.ts';
import { answerBody, packets, partOf } from './wire.ts';

/** A server of HTTP/2 that does frame by frame what the plan says. */
export async function http2Server(secure: boolean): Promise<PlanServer> {
  let calls: readonly Call[] = [];
  let accepted = 0;
  const open = new Set<net.Socket>();
  const ended = new Set<http2.Http2Session>();
  const server = secure ? http2.createSecureServer(certs().good) : http2.createServer();
  server.on('connection', (socket: net.Socket) => {
    accepted++;
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => {});
  });
  server.on('sessionError', () => {});
  server.on(
    'stream',
    (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders, _flags: number, raw: string[]) => {
      stream.on('error', () => {});
      const call = calls[Number(headers[':path']?.slice(1))];
      const { session } = stream;
      if (call === undefined || session === undefined) return;
      const lines = raw.flatMap((value, i) => (i % 2 === 1 ? [`${raw[i - 1]}: ${value}`] : []));
      call.served = { head: lines, port: session.socket.remotePort ?? 0 };
      // What is left when the client has gone is of no interest.
      serve(stream, session, call, ended).catch(() => {});
    },
  );
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    begin(next) {
      calls = next;
      accepted = 0;
    },
    accepted: () => accepted,
    async rest() {
      for (const session of ended) if (!session.destroyed) await once(session, 'close');
      ended.clear();
    },
    async gone() {
      // Undici leaves a connection open that it dials when it is destroyed.
      for (const socket of open) socket.destroy();
      while (open.size > 0) await once([...open][0]!, 'close');
    },
    close: () => server.close(),
  };
}

async function serve(
  stream: http2.ServerHttp2Stream,
  session: http2.Http2Session,
  call: Call,
  ended: Set<http2.Http2Session>,
): Promise<void> {
  const { request, index } = call;
  const { abort, answer } = request;
  const { ending } = answer;
  const early = answer.early && hasBody(request);
  if (abort === 'head') return aborted(call);
  if (early) stream.resume();
  else for await (const _ of stream);
  for (const { status, fields } of answer.informational) {
    stream.additionalHeaders({
      ':status': status,
      ...(fields > 0 && { 'x-one': '1' }),
      ...(fields > 1 && { 'x-two': ['2', '3'] }),
    });
    await turn();
  }
  const body = Buffer.from(answerBody(request, index), 'latin1');
  const truncated = 'at' in ending || abort === 'answer';
  if ('at' in ending && ending.at < 200)
    return abort === 'answer' ? aborted(call) : cut(stream, session, ending.kind, ended);
  const endStream = body.length === 0 && !truncated;
  stream.respond(
    { ':status': answer.status, 'x-index': `${index}`, 'set-cookie': ['a=1', 'b=2'] },
    // @types/node does not know `sendDate`.
    { endStream, sendDate: false, waitForTrailers: !endStream && !truncated && answer.trailer } as object,
  );
  if (answer.trailer) stream.once('wantTrailers', () => stream.sendTrailers({ 'x-trailer': 't' }));
  await turn();
  const end = 'at' in ending ? partOf(body.length, ending.at) : body.length;
  for (const part of packets(
    answersWithBody(request) ? body.subarray(0, end) : body.subarray(0, 0),
    answer.cuts,
  )) {
    await new Promise<void>((resolve) => stream.write(part, () => resolve()));
    await turn();
  }
  if (abort === 'answer') return aborted(call);
  if ('at' in ending) {
    await Promise.race([call.answered.come, call.settled.come]);
    return cut(stream, session, ending.kind, ended);
  }
  if (!endStream) stream.end();
  if (ending.kind === 'end') {
    ended.add(session);
    session.close();
  }
}

function cut(
  stream: http2.ServerHttp2Stream,
  session: http2.Http2Session,
  kind: 'truncated' | 'reset' | 'malformed',
  ended: Set<http2.Http2Session>,
): void {
  switch (kind) {
    case 'reset':
      stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
      break;
    case 'malformed':
      stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
      break;
    case 'truncated':
      ended.add(session);
      session.destroy();
      break;
  }
}

async function aborted(call: Call): Promise<void> {
  call.abort.abort();
  await call.settled.come;
}
