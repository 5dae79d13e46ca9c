import { createRequire } from 'node:module';

/**
 * Loads what bench/package.json names. By require, because that is how these packages see modules being loaded.
 *
 * @type {NodeJS.Require}
 */
export const requirePeer = createRequire(new URL('../package.json', import.meta.url));
