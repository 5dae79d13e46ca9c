import * as tls from 'node:tls';
import type { buildConnector } from 'undici';
import type { Destination } from './destination.ts';
import { Http2UnsupportedError } from './errors.ts';
import { abortReason } from './receive-body.ts';
import type { SenderOptions } from './send.ts';
import { Tunnels } from './tunnel.ts';
import { connectorOptions } from './undici-agents.ts';

/** What a connector needs besides undici's own. */
export interface ConnectorContext {
  readonly buildConnector: typeof buildConnector;
  readonly options: SenderOptions;
  /** Ends connections that are being made. */
  readonly signal: AbortSignal;
}

/**
 * How undici connects to a destination: as it does by itself, but through a tunnel where there is a proxy, and offering
 * nothing but HTTP/2 where the user insists on it.
 */
export function connectorTo(destination: Destination, context: ConnectorContext): buildConnector.connector {
  const { options, signal } = context;
  const { proxy, secure } = destination;
  const connect =
    secure && options.httpVersion === '2'
      ? connectHttp2(destination, context)
      : ownConnector(destination, context);
  return (target, callback) => {
    // undici takes the name for TLS from the Host field, where the user may have written another one.
    const named = { ...target, servername: destination.tls.servername };
    if (proxy === undefined || !secure) {
      connect(named, callback);
      return;
    }
    const tunnels = new Tunnels();
    const cancel = (): void => tunnels.cancel(abortReason(signal));
    signal.addEventListener('abort', cancel);
    const opened = tunnels
      .open(proxy, destination)
      .finally(() => signal.removeEventListener('abort', cancel));
    opened.then(
      (httpSocket) => connect({ ...named, httpSocket }, callback),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
    );
  };
}

function ownConnector(
  destination: Destination,
  { buildConnector, options, signal }: ConnectorContext,
): buildConnector.connector {
  const build = {
    ...connectorOptions(destination, options, signal),
    allowH2: options.httpVersion !== '1.1',
    useH2c: options.httpVersion === '2',
  };
  return buildConnector(build);
}

/** undici's own offers HTTP/1.1 too, and a server may prefer that. */
function connectHttp2(
  destination: Destination,
  { options: { unixSocket }, signal }: ConnectorContext,
): buildConnector.connector {
  return ({ hostname, port, httpSocket }, callback) => {
    const settings = {
      host: hostname,
      port: Number(port) || 443,
      ...(unixSocket === undefined ? {} : { path: unixSocket }),
      ...(httpSocket === undefined ? {} : { socket: httpSocket }),
      ...destination.dial,
      ...destination.tls,
      signal,
      ALPNProtocols: ['h2'],
    };
    const socket = tls.connect(settings);
    function onError(error: Error): void {
      callback(error, null);
    }
    socket.once('error', onError).once('secureConnect', () => {
      if (socket.alpnProtocol === 'h2') {
        socket.off('error', onError);
        callback(null, socket.setNoDelay(true));
      } else socket.destroy(new Http2UnsupportedError(socket.alpnProtocol || undefined));
    });
  };
}
