// @ts-check
// The benchmark's server in a process of its own. It never sleeps: a client's write() to a server that sleeps pays for
// waking it, which costs more than tracing does, and the slower the client is the more often the server sleeps.
import { startServer } from './server.mjs';

const { client, certificate } =
  /** @type {{ client: string, certificate?: { key: string, cert: string } }} */ (
    JSON.parse(process.argv[2] ?? '') // contest.mjs wrote it
  );
const { origin } = await startServer(client, certificate);
process.on('disconnect', () => process.exit());
process.send?.(origin);
spin();

function spin() {
  setImmediate(spin);
}
