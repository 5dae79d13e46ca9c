import { createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/** What the thread is started with. */
export interface SilentListenerData {
  readonly host: string;
  readonly port: number;
  /** One 32-bit integer; the thread ends when it is changed and notified. */
  readonly release: SharedArrayBuffer;
}

const { host, port, release } = workerData as SilentListenerData; // as dead-address.ts gives it

// The event loop stands still from here on, so that no connection is ever accepted.
createServer().listen({ host, port, backlog: 1 }, () => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads has no origin
  parentPort?.postMessage('listening');
  Atomics.wait(new Int32Array(release), 0, 0);
  process.exit();
});
