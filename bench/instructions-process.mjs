// @ts-check
// Makes some requests that a row sees, without a network; bench/instructions.mjs counts what that takes.
import { watchedClient } from './watched-client.mjs';

/** @type {{ row: string, dist: string, requests: number }} */
const { row, dist, requests } = JSON.parse(process.argv[2] ?? ''); // instructions.mjs wrote it
const client = await watchedClient({
  row,
  dist,
  client: 'memory',
  origin: 'http://memory.test',
  concurrency: 1,
});
await client.block(requests);
process.exit();
