// Makes the tables of docs/precision.md anew from bench/results/wire.json.
//
//   node bench/wire/write-docs.mjs
import { readFileSync, writeFileSync } from 'node:fs';

import { withTables } from './tables.mjs';

const page = new URL('../../docs/precision.md', import.meta.url);
const { runs } = JSON.parse(readFileSync(new URL('../results/wire.json', import.meta.url), 'utf8'));
writeFileSync(page, withTables(readFileSync(page, 'utf8'), runs));
