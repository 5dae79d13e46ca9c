import type { GotConnInfo } from '../../src/index.ts';
import type { EventRecorder } from '../helpers/event-recorder.ts';
import type { Peer } from '../helpers/scripted-server.ts';

/** How a round trip gets a connection that was opened for it. */
export const NEW = { reused: false, wasIdle: false, idleTime: 0 };

/** How a queued round trip gets the connection of one that has ended. */
export const HANDED_OVER = { reused: true, wasIdle: false, idleTime: 0 };

/** How a round trip got its connection, by its gotConn. */
export function conn(recorder: EventRecorder): Omit<GotConnInfo, 'conn'> {
  const { conn: _, ...use } = recorder.the('gotConn').args[0];
  return use;
}

/** Answers one request and closes. */
export async function closeAfterEach(peer: Peer): Promise<void> {
  await peer.head();
  peer.respond('bye', 'HTTP/1.1 200 OK\r\nConnection: close');
  peer.close();
}
