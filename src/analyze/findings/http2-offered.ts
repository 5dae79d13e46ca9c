import { plural } from '../../view/format.ts';
import type { Detector } from './detector.ts';
import { keepExample } from './evidence.ts';
import type { Finding } from './finding.ts';
import { hasToken, headerValue } from './header.ts';
import { PerKey } from './per-key.ts';
import { isHttp1, type Seen } from './seen.ts';

/**
 * Requests go by HTTP/1.1 to a server that has HTTP/2, over several connections where one would do.
 *
 * node:https offers only HTTP/1.1 (ALPN), so the agreement does not tell what the server has. Found when the server says so
 * itself (`Alt-Svc: h2=…`, `Upgrade: h2c`), or another client spoke HTTP/2 with it in the same file; with {@link LEAST}
 * requests by HTTP/1.1 over {@link LEAST_CONNECTIONS} connections: one request after the other gains little.
 */
export class Http2Offered implements Detector {
  readonly #origins = new PerKey((origin) => ({
    origin,
    requests: 0,
    opened: 0,
    by: '',
    proof: '',
    clients: new Set<string>(),
    examples: [] as string[],
  }));

  addRoundTrip({ record, origin }: Seen): void {
    const { connection, response, client } = record;
    if (connection === undefined || response === undefined) return;
    const state = this.#origins.of(origin);
    if (state === undefined) return;
    if (connection.protocol === 'h2') {
      state.by = client.name;
      return;
    }
    if (!isHttp1(record)) return;
    state.requests++;
    if (!connection.reused) state.opened++;
    if (state.clients.size < 5) state.clients.add(client.name);
    if (state.proof !== '') return;
    const altSvc = headerValue(response.header, 'alt-svc');
    if (/(^|[,\s])h2=/.test(altSvc)) state.proof = `Alt-Svc: ${altSvc}`;
    const upgrade = headerValue(response.header, 'upgrade');
    if (hasToken(upgrade, 'h2') || hasToken(upgrade, 'h2c')) state.proof = `Upgrade: ${upgrade}`;
    if (state.proof !== '') keepExample(state.examples, record.id);
  }

  findings(): Finding[] {
    const found: Finding[] = [];
    for (const { origin, requests, opened, by, proof, clients, examples } of this.#origins.values) {
      if (requests < LEAST || opened < LEAST_CONNECTIONS || (by === '' && proof === '')) continue;
      const how =
        by === '' ? `the server says that it has it (${proof})` : `${by} spoke HTTP/2 with it in this run`;
      found.push({
        kind: 'http2-offered',
        severity: 'info',
        origin,
        title: 'The server has HTTP/2, and requests use HTTP/1.1',
        evidence: `${plural(requests, 'request')} by ${[...clients].join(', ')} went by HTTP/1.1 over ${plural(opened, 'connection')}; ${how}.`,
        advice:
          'undici speaks it where the server does: `new Agent({ allowH2: true })`, by default since undici 8 (fetch in Node 26). node:http and node:https cannot; node:http2 can.',
        records: examples,
      });
    }
    return found;
  }
}

const LEAST = 20;
const LEAST_CONNECTIONS = 3;
