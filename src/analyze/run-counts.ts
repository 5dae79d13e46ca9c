import type { TraceLine } from '../trace-file/types.ts';
import { endpointOf } from './endpoint.ts';
import { originOf } from './origin.ts';
import { TallyBuilder } from './tally-builder.ts';

const MOST_ORIGINS = 1000;
const MOST_ENDPOINTS = 5000;

/** What a comparison needs of a run: counts of each origin, and of each endpoint. Its size has a bound. */
export class RunCounts {
  readonly origins = new Map<string, TallyBuilder>();
  /** By endpoint (`GET https://example.com/users/:id`), how many requests. */
  readonly endpoints = new Map<string, number>();
  readonly all = new TallyBuilder();
  /** There were more endpoints than are kept: which are new or gone cannot be told. */
  tooManyEndpoints = false;

  add(line: TraceLine): void {
    if (line.type !== 'roundTrip') return;
    const origin = withoutChosenPort(originOf(line.request.url));
    this.all.add(line);
    let tally = this.origins.get(origin);
    if (tally === undefined && this.origins.size < MOST_ORIGINS) {
      this.origins.set(origin, (tally = new TallyBuilder()));
    }
    tally?.add(line);
    const endpoint = endpointOf(line.request).replace(' ', ` ${origin}`);
    const known = this.endpoints.get(endpoint);
    if (known !== undefined || this.endpoints.size < MOST_ENDPOINTS) {
      this.endpoints.set(endpoint, (known ?? 0) + 1);
    } else this.tooManyEndpoints = true;
  }
}

const LOOPBACK = /^([a-z]+:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])):(\d+)$/;
/** Linux hands out ports from here on, other systems from further up. */
const FIRST_CHOSEN = 32_768;

/** A server on this machine that lets the system choose its port has another one in each run: `http://127.0.0.1:*`. */
function withoutChosenPort(origin: string): string {
  const [, host, port] = LOOPBACK.exec(origin) ?? [];
  return host !== undefined && Number(port) >= FIRST_CHOSEN ? `${host}:*` : origin;
}
