// @ts-check
// One row with one client, switched on and off: bench/main.mjs starts it, and gets the result as a message.
import { toggle } from './toggle.mjs';

process.send?.(await toggle(JSON.parse(process.argv[2] ?? ''))); // main.mjs wrote it
process.disconnect?.();
process.exit();
