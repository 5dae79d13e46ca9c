import { setTimeout as delay } from 'node:timers/promises';

/** What pages need of a request of HTTP/1.1 or HTTP/2. */
interface Request {
  readonly url?: string | undefined;
  resume(): unknown;
}

/** What pages need of a response of HTTP/1.1 or HTTP/2. */
interface Response {
  writeHead(status: number, header: Record<string, string>): { end(): unknown };
  writeEarlyHints(hints: Record<string, string | string[]>): void;
  write(piece: Buffer): unknown;
  end(): unknown;
}

type Page = (response: Response, context: PageContext) => Promise<void>;

/** What pages have to know of the other servers. */
export interface PageContext {
  /** Origin of the TLS server, for redirects to it. */
  readonly secureOrigin: string;
}

const KILOBYTE = Buffer.alloc(1000, 'All work and no play makes HTTP a dull protocol.\n');

/** What the demo's servers answer, by path. Times are in milliseconds and make the pictures. */
const PAGES: Readonly<Record<string, Page>> = {
  async '/'(response) {
    await delay(25);
    response.writeHead(200, { 'Content-Type': 'text/plain' });
    await sendBody(response, { pieces: 4, kilobytes: 12, pause: 2 });
  },
  async '/report'(response) {
    await delay(160);
    response.writeHead(200, {
      'Content-Type': 'text/plain',
      'Server-Timing': 'db;dur=112;desc="3 queries", render;dur=43, cache;desc=miss',
    });
    await sendBody(response, { pieces: 6, kilobytes: 60, pause: 35 });
  },
  async '/account'(response, { secureOrigin }) {
    await delay(12);
    response.writeHead(301, { Location: `${secureOrigin}/account` }).end();
  },
  async '/login'(response) {
    await delay(30);
    response.writeHead(200, { 'Content-Type': 'text/plain' });
    await sendBody(response, { pieces: 3, kilobytes: 20, pause: 4 });
  },
  async '/news'(response) {
    await delay(20);
    response.writeEarlyHints({
      link: ['</style.css>; rel=preload; as=style', '</app.js>; rel=preload; as=script'],
    });
    await delay(70);
    response.writeHead(200, { 'Content-Type': 'text/plain' });
    await sendBody(response, { pieces: 3, kilobytes: 20, pause: 5 });
  },
};

/** As {@link PAGES}, where the TLS server answers something else. */
const SECURE_PAGES: Readonly<Record<string, Page>> = {
  ...PAGES,
  async '/account'(response) {
    await delay(15);
    response.writeHead(302, { Location: '/login' }).end();
  },
};

/** Answers a request; pages that are not in the list are small and take 50 ms. */
export async function answer(
  request: Request,
  response: Response,
  context: PageContext & { readonly secure: boolean },
): Promise<void> {
  request.resume();
  const page = (context.secure ? SECURE_PAGES : PAGES)[request.url ?? '/'] ?? small;
  await page(response, context);
}

async function small(response: Response): Promise<void> {
  await delay(50);
  response.writeHead(200, { 'Content-Type': 'text/plain' });
  await sendBody(response, { pieces: 1, kilobytes: 4, pause: 0 });
}

interface Body {
  readonly pieces: number;
  readonly kilobytes: number;
  /** Milliseconds before each piece but the first. */
  readonly pause: number;
}

async function sendBody(response: Response, { pieces, kilobytes, pause }: Body): Promise<void> {
  const piece = Buffer.concat(Array.from({ length: kilobytes / pieces }, () => KILOBYTE));
  for (let sent = 0; sent < pieces; sent++) {
    if (sent > 0) await delay(pause);
    response.write(piece);
  }
  response.end();
}
