import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';

import { certs } from '../helpers/certs.ts';
import { Peer } from '../helpers/scripted-server.ts';
import { type Call, turn } from './call.ts';
import { hasBody } from './plan.ts';
import type { PlanServer } from './server.ts';
import { packets, partOf, wireOf } from './wire.ts';

/** A server of HTTP/1 that does byte by byte what the plan says. */
export async function http1Server(secure: boolean): Promise<PlanServer> {
  let calls: readonly Call[] = [];
  let accepted = 0;
  const open = new Set<net.Socket>();
  const ended = new Set<Peer>();
  const server = secure
    ? tls.createServer({ ...certs().good, ALPNProtocols: ['http/1.1'] })
    : net.createServer({ allowHalfOpen: true });
  server.on('connection', (socket: net.Socket) => {
    accepted++;
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => {});
    socket.setNoDelay(true);
  });
  server.on(secure ? 'secureConnection' : 'connection', (socket: net.Socket) => {
    const peer = new Peer(socket);
    void peer.closed.then(() => ended.delete(peer));
    // What is left when the client has gone is of no interest.
    serve(peer, ended, () => calls).catch(() => peer.close());
  });
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
      await Promise.all([...ended].map(({ closed }) => closed));
    },
    async gone() {
      // Undici leaves a connection open that it dials when it is destroyed.
      for (const socket of open) socket.destroy();
      while (open.size > 0) await once([...open][0]!, 'close');
    },
    close: () => server.close(),
  };
}

async function serve(peer: Peer, ended: Set<Peer>, calls: () => readonly Call[]): Promise<void> {
  for (;;) {
    const head = await peer.head();
    const lines = head.split('\r\n').slice(0, -2);
    const call = calls()[Number(/ \/(\d+) /.exec(lines[0] ?? '')?.[1])];
    if (call === undefined) throw new Error(`there is no such request: ${lines[0]}`);
    call.served = { head: lines, port: peer.socket.remotePort ?? 0 };
    if (!(await answer(peer, call, lines))) {
      ended.add(peer);
      if (peer.socket.destroyed) ended.delete(peer);
      await peer.end();
      peer.close();
      return;
    }
  }
}

/** Answers one request; false when the connection has ended with it. */
async function answer(peer: Peer, call: Call, head: readonly string[]): Promise<boolean> {
  const { request } = call;
  const { abort, answer } = request;
  const early = answer.early && hasBody(request);
  if (abort === 'head') return aborted(call);
  if (!early) await readBody(peer, head);
  const { bytes, headEnd, closes } = wireOf(request, call.index);
  const { ending } = answer;
  const at = 'at' in ending ? partOf(bytes.length, ending.at) : bytes.length;
  if (abort === 'answer') {
    await send(peer, packets(bytes.subarray(0, Math.min(at, bytes.length - 1)), answer.cuts));
    return aborted(call);
  }
  await send(peer, packets(bytes.subarray(0, at), answer.cuts));
  switch (ending.kind) {
    case 'malformed':
      peer.send('\0 this is not HTTP \r\n\r\n');
      peer.close();
      return false;
    case 'reset':
      // What was sent before would else be lost, or not: the client's kernel drops what was not read.
      if (at >= headEnd) await Promise.race([call.answered.come, call.settled.come]);
      peer.reset();
      return false;
    case 'truncated':
      peer.close();
      return false;
    case 'end':
    case 'keep':
      if (ending.kind === 'end' || closes) {
        if (early) await readBody(peer, head);
        peer.close();
        return false;
      }
      if (early) await readBody(peer, head);
      return true;
  }
}

async function send(peer: Peer, parts: readonly Buffer[]): Promise<void> {
  for (const part of parts) {
    await new Promise<void>((resolve) => peer.socket.write(part, () => resolve()));
    await turn();
  }
}

async function aborted(call: Call): Promise<false> {
  call.abort.abort();
  await call.settled.come;
  return false;
}

async function readBody(peer: Peer, head: readonly string[]): Promise<void> {
  const field = (name: string): string | undefined =>
    head
      .find((line) => line.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim();
  const length = field('content-length');
  if (length !== undefined) {
    await peer.bytes(Number(length));
  } else if (field('transfer-encoding') !== undefined) {
    let size: number;
    do {
      let line = '';
      while (!line.endsWith('\r\n')) line += (await peer.bytes(1)).toString('latin1');
      size = Number.parseInt(line, 16);
      await peer.bytes(size + 2);
    } while (size > 0);
  }
}
