import { bracketed, defaultPort, hostPort } from '../events/host-port.ts';
import type { Origin } from '../events/target.ts';

/** Where an agent connects to, as it was told. */
export class HttpOrigin implements Origin {
  readonly protocol: string;
  readonly host: string;
  readonly port: string;
  readonly hostPort: string;
  readonly text: string;

  private constructor(protocol: string, host: string, port: string) {
    this.protocol = protocol;
    this.host = host;
    this.port = port;
    this.hostPort = hostPort(host, port);
    const isDefault = port === defaultPort(protocol);
    this.text = `${protocol}//${bracketed(host)}${isDefault ? '' : `:${port}`}`;
  }

  /** The one that was asked for before, where it is equal: most requests that follow each other go to one server. */
  static of(protocol: string, host: string, port: string): HttpOrigin {
    if (last?.host !== host || last.port !== port || last.protocol !== protocol) {
      last = new HttpOrigin(protocol, host, port);
    }
    return last;
  }
}

let last: HttpOrigin | undefined;
