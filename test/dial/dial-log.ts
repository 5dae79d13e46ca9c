import type { EventRecorder, HookArgs } from '../helpers/event-recorder.ts';

/**
 * What a round trip's dial did, one event a line with its arguments, and where the connection came: `connectDone tcp
 * 127.0.0.1:PORT ECONNREFUSED`.
 */
export function dialLog(recorder: EventRecorder, port?: number): string[] {
  const lines = recorder.events.flatMap(({ name, args }): string | never[] => {
    // Arguments are those of the hook of that name.
    switch (name) {
      case 'dnsStart':
        return `dnsStart ${(args as HookArgs<'dnsStart'>)[0].host}`;
      case 'dnsDone': {
        const [{ addrs, err, coalesced }] = args as HookArgs<'dnsDone'>;
        const found = addrs.map(({ address, family }) => `${address}/${family}`).join(' ');
        return `dnsDone ${[found, code(err), coalesced ? 'coalesced' : ''].filter(Boolean).join(' ')}`;
      }
      case 'connectStart': {
        const [network, addr] = args as HookArgs<'connectStart'>;
        return `connectStart ${network} ${addr}`;
      }
      case 'connectDone': {
        const [network, addr, err] = args as HookArgs<'connectDone'>;
        return `connectDone ${network} ${addr} ${code(err)}`;
      }
      case 'tlsHandshakeStart':
      case 'gotConn':
        return name;
      case 'tlsHandshakeDone': {
        const [, err] = args as HookArgs<'tlsHandshakeDone'>;
        return `tlsHandshakeDone ${code(err)}`;
      }
      default:
        return [];
    }
  });
  return port === undefined ? lines : lines.map((line) => line.replaceAll(`:${port}`, ':PORT'));
}

/** `ok`, or the error's code. */
function code(err: Error | null): string {
  if (err === null) return 'ok';
  return 'code' in err && typeof err.code === 'string' ? err.code : err.message;
}
