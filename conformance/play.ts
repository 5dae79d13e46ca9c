import type { Certificates } from '../test/helpers/certs.ts';
import type { Scenario, Scheme } from './scenario.ts';
import { type Played, type Player, withoutAddress } from './sequence.ts';
import { ScriptedServer } from './server.ts';
import type { ClientControl } from './server-control.ts';

// How long a client may take for all requests of a scenario, and the server's script after it, in milliseconds.
const clientLimit = 15_000;
const serverLimit = 2000;

/** Runs a scenario: starts its server, lets the client play against it, and sees whether all went by the script. */
export async function playScenario(
  scenario: Scenario,
  scheme: Scheme,
  player: Player,
  certificates: Certificates,
): Promise<Played> {
  let control: ClientControl | undefined;
  const server = new ScriptedServer(scenario.server, scheme, certificates, {
    cancel: (request) => control?.cancel(request),
    start: (request) => control?.start(request),
  });
  const address = await server.start();
  const playing = player(scenario, {
    target: { scheme, ...address, authority: certificates.ca },
    report: (event) => server.observe(event),
    onControl: (named) => {
      control = named;
    },
  });
  const { run, problems } = await withinLimit(playing);
  return {
    run: withoutAddress(inOrder(run), address),
    problems: [...problems, ...(await server.stop(serverLimit))],
  };
}

// Requests that run at the same time end in any order, which says nothing.
function inOrder(run: Played['run']): Played['run'] {
  return { ...run, outcomes: run.outcomes.toSorted((a, b) => a.request - b.request) };
}

async function withinLimit(playing: Promise<Played>): Promise<Played> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Played>((resolve) => {
    const problems = [`the client did not come to its end within ${clientLimit} ms`];
    timer = setTimeout(() => resolve({ run: { events: [], outcomes: [] }, problems }), clientLimit);
  });
  const played = await Promise.race([playing, late]);
  clearTimeout(timer);
  return played;
}
