// @ts-check
// The server of bench/run-rate.mjs in a process of its own. It sleeps when it has nothing to do, unlike the benchmark's,
// because `httptrace run` needs a part of its core.
import { startServer } from './server.mjs';

const { origin } = await startServer(process.argv[2] ?? 'http');
console.log(origin);
