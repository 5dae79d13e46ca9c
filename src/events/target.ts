/** Where a client connects to for a request. */
export interface Origin {
  /** `host:port`, IPv6 in brackets, always with a port. */
  readonly hostPort: string;
  /** As at the beginning of a URL, without a default port. */
  readonly text: string;
}

/** Where a request goes. */
export class Target {
  readonly origin: Origin;
  readonly path: string;

  private constructor(origin: Origin, path: string) {
    this.origin = origin;
    this.path = path;
  }

  /** The one that was asked for before, where it is equal: records of one URL that follow each other then share it. */
  static of(origin: Origin, path: string): Target {
    if (last?.origin !== origin || last.path !== path) last = new Target(origin, path);
    return last;
  }

  get url(): string {
    const { origin, path } = this;
    // A request for a plain proxy names the whole URL (RFC 9112, 3.2.2), CONNECT the host.
    if (/^https?:\/\//i.test(path)) return path;
    return `${origin.text}${path.startsWith('/') ? '' : '/'}${path}`;
  }
}

let last: Target | undefined;
