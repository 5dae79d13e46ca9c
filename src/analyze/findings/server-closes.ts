import { formatDuration } from '../../view/format.ts';
import { serverCloses } from './agent-without-keep-alive.ts';
import type { Detector } from './detector.ts';
import { keepExample, percentText, severityOf } from './evidence.ts';
import type { Finding } from './finding.ts';
import { hasToken, headerValue } from './header.ts';
import { PerKey } from './per-key.ts';
import { couldReuse, isHttp1, type Seen, setupTime } from './seen.ts';

/**
 * The server ends connections that the client would have kept: it sends `Connection: close`, speaks HTTP/1.0, or ends the
 * body by closing.
 *
 * Found when it does so to half of the requests at least (many servers do it once in a thousand requests, or with an
 * error), and to {@link LEAST} that came so soon after another that its connection would have served them.
 */
export class ServerCloses implements Detector {
  readonly #origins = new PerKey((origin) => ({
    origin,
    requests: 0,
    closed: 0,
    avoidable: 0,
    oldVersion: 0,
    setup: 0,
    time: 0,
    examples: [] as string[],
  }));

  addRoundTrip(seen: Seen): void {
    const { record, origin } = seen;
    const { request, response } = record;
    if (!isHttp1(record) || response === undefined || record.outcome !== 'ok') return;
    const state = this.#origins.of(origin);
    if (state === undefined) return;
    state.requests++;
    state.time += record.duration;
    if (hasToken(headerValue(request.header, 'connection'), 'close') || !serverCloses(record)) return;
    state.closed++;
    if (response.httpVersion === '1.0') state.oldVersion++;
    if (!couldReuse(seen)) return;
    state.avoidable++;
    state.setup += setupTime(record);
    keepExample(state.examples, record.id);
  }

  findings(): Finding[] {
    const found: Finding[] = [];
    for (const { origin, requests, closed, avoidable, oldVersion, setup, time, examples } of this.#origins
      .values) {
      if (avoidable < LEAST || closed < requests * LEAST_SHARE) continue;
      const how = oldVersion === closed ? 'answered with HTTP/1.0 and closed' : 'closed';
      found.push({
        kind: 'server-closes',
        severity: severityOf(setup, time),
        origin,
        title: 'The server closes the connection after each response',
        evidence:
          `The client offered to keep the connection, and the server ${how} it after ${closed} of ${requests} responses. ` +
          `Opening new ones took ${formatDuration(setup)}, ${percentText(setup / time)} of the time of all requests.`,
        advice:
          'Turn keep-alive on in the server, or in the proxy before it. A client cannot change this; fewer, larger requests help.',
        records: examples,
        cost: setup,
      });
    }
    return found;
  }
}

const LEAST = 5;
const LEAST_SHARE = 0.5;
