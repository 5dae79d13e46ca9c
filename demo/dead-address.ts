import * as net from 'node:net';
import { Worker } from 'node:worker_threads';
import type { Closable } from './closing.ts';
import type { SilentListenerData } from './silent-listener.ts';

/** An address that does not answer. */
export interface DeadAddress extends Closable {
  readonly address: string;
}

/** Not every machine has IPv6, and not every system has the whole of 127.0.0.0/8 on loopback. */
const CANDIDATES = ['::1', '127.0.0.2'];
const MOST_CONNECTIONS = 16;
/** Milliseconds; on loopback an answer takes a fraction of one. */
const SILENCE = 60;

/**
 * Makes a loopback address dead on one port: a listener there never accepts, and once the queue of connections before it
 * is full the system drops further attempts, as a firewall does.
 *
 * @returns an address that refuses instead where no such listener can be had.
 */
export async function makeDeadAddress(port: number): Promise<DeadAddress> {
  for (const address of CANDIDATES) {
    const listener = await startListener(address, port);
    if (listener === undefined) continue;
    const { sockets, isFull } = await fillQueue(address, port);
    function close(): void {
      for (const socket of sockets) socket.destroy();
      listener?.close();
    }
    if (isFull) return { address, close };
    close();
  }
  return { address: '::1', close: () => {} };
}

function startListener(host: string, port: number): Promise<Closable | undefined> {
  const release = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const data: SilentListenerData = { host, port, release };
  const worker = new Worker(new URL('./silent-listener.js', import.meta.url), { workerData: data });
  function close(): void {
    const flag = new Int32Array(release);
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
  }
  return new Promise((resolve) => {
    worker.once('message', () => resolve({ close }));
    // There is no such address here, or somebody has the port.
    worker.once('error', () => resolve(undefined));
  });
}

/** Connects until there is no answer; some systems let more wait than they were told. */
async function fillQueue(host: string, port: number): Promise<{ sockets: net.Socket[]; isFull: boolean }> {
  const sockets: net.Socket[] = [];
  while (sockets.length < MOST_CONNECTIONS) {
    const socket = net.connect({ host, port });
    sockets.push(socket);
    if (!(await answers(socket))) return { sockets, isFull: true };
  }
  return { sockets, isFull: false };
}

function answers(socket: net.Socket): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), SILENCE);
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(true);
    });
    socket.on('error', () => {
      clearTimeout(timer);
      resolve(false);
    });
  });
}
