import type { RoundTripRecord } from '../../record/types.ts';
import { formatDuration } from '../../view/format.ts';
import type { Detector } from './detector.ts';
import { keepExample, percentText, severityOf } from './evidence.ts';
import type { Finding } from './finding.ts';
import { hasToken, headerValue } from './header.ts';
import { PerKey } from './per-key.ts';
import { couldReuse, isHttp1, type Seen, setupTime } from './seen.ts';

/**
 * The client itself asks to close each connection (`Connection: close`), or closes it although both sides could keep it:
 * its agent has no keep-alive.
 *
 * Found when it is so for half of the requests to an origin at least, and for {@link LEAST} that came so soon after another
 * one that its connection would have served them. A single slow poll a minute has nothing to gain and is not told of.
 */
export class AgentWithoutKeepAlive implements Detector {
  readonly #origins = new PerKey((origin) => ({
    origin,
    requests: 0,
    closing: 0,
    avoidable: 0,
    setup: 0,
    time: 0,
    usesUndici: false,
    examples: [] as string[],
  }));

  addRoundTrip(seen: Seen): void {
    const { record, origin } = seen;
    if (!isHttp1(record) || record.response === undefined) return;
    const state = this.#origins.of(origin);
    if (state === undefined) return;
    state.requests++;
    state.time += record.duration;
    if (!clientCloses(record)) return;
    state.closing++;
    state.usesUndici ||= record.client.name === 'undici' || record.client.name === 'fetch';
    if (!couldReuse(seen)) return;
    state.avoidable++;
    state.setup += setupTime(record);
    keepExample(state.examples, record.id);
  }

  findings(): Finding[] {
    const found: Finding[] = [];
    for (const state of this.#origins.values) {
      const { origin, requests, closing, avoidable, setup, time, usesUndici, examples } = state;
      if (avoidable < LEAST || closing < requests * LEAST_SHARE) continue;
      found.push({
        kind: 'agent-without-keep-alive',
        severity: severityOf(setup, time),
        origin,
        title: 'The client closes its connections after each request',
        evidence:
          `${closing} of ${requests} requests had a connection of their own, which the client did not want to keep. ` +
          `${avoidable} of them came within 3 s after another one, whose connection could have served them; ` +
          `opening connections for them took ${formatDuration(setup)}, ${percentText(setup / time)} of the time of all requests.`,
        advice: usesUndici
          ? 'Leave out `reset: true`, `pipelining: 0` and a `Connection: close` header.'
          : 'Use one agent with keep-alive for all requests: `new https.Agent({ keepAlive: true })`, or `https.globalAgent`, which has it.',
        records: examples,
        cost: setup,
      });
    }
    return found;
  }
}

const LEAST = 5;
const LEAST_SHARE = 0.5;

function clientCloses(record: RoundTripRecord): boolean {
  const { request, response, connection } = record;
  if (hasToken(headerValue(request.header, 'connection'), 'close')) return true;
  // An agent that keeps no connections but has `maxSockets` asks the server to keep them, and closes them then.
  const isBuiltIn = record.client.name === 'http' || record.client.name === 'https';
  return (
    isBuiltIn && connection?.closeReason === 'response' && response !== undefined && !serverCloses(record)
  );
}

/** The response's head says that its connection cannot be used again, or its body ends with the connection. */
export function serverCloses({ request, response, connection }: RoundTripRecord): boolean {
  if (response === undefined) return false;
  const wants = headerValue(response.header, 'connection');
  if (hasToken(wants, 'close')) return true;
  if (response.httpVersion === '1.0') return !hasToken(wants, 'keep-alive');
  const { status, header } = response;
  const hasNoBody = request.method === 'HEAD' || status === 204 || status === 304 || status < 200;
  const hasLength =
    headerValue(header, 'content-length') !== '' || headerValue(header, 'transfer-encoding') !== '';
  return !hasNoBody && !hasLength && connection?.after === 'closed';
}
