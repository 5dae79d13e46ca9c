// @ts-check
// Makes some requests that a row sees, and ends: others count what V8 or the processor did meanwhile.
import { watchedClient } from './watched-client.mjs';

/** @type {import('./watched-client.mjs').ClientSettings & { requests: number }} */
const { requests, ...settings } = JSON.parse(process.argv[2] ?? ''); // whoever started it wrote it
const client = await watchedClient(settings);
await client.block(requests);
process.exit();
