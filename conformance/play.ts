import type { Certificates } from '../test/helpers/certs.ts';
import type { Scenario, Scheme } from './scenario.ts';
import { type Played, type Player, withoutPort } from './sequence.ts';
import { ScriptedServer } from './server.ts';

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
  let cancel = (): void => {};
  const server = new ScriptedServer(scenario.server, scheme, certificates, () => cancel());
  const port = await server.start();
  const playing = player(scenario, {
    target: { scheme, port, authority: certificates.ca },
    report: (event) => server.observe(event.hook),
    onCancel: (named) => {
      cancel = named;
    },
  });
  const { run, problems } = await withinLimit(playing);
  return {
    run: withoutPort(run, port),
    problems: [...problems, ...(await server.stop(serverLimit))],
  };
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
