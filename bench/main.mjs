// @ts-check
import { parseArgs } from 'node:util';

import { copyBuild } from './build-copy.mjs';
import { contest } from './contest.mjs';
import { contestTable } from './tables.mjs';

const { values } = parseArgs({
  options: {
    client: { type: 'string', multiple: true, default: ['http'] },
    row: {
      type: 'string',
      multiple: true,
      default: ['control', 'installed', 'observe', 'context', 'record'],
    },
    inside: { type: 'boolean', default: false },
    generations: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '30' },
    requests: { type: 'string', default: '300' },
    'warm-up': { type: 'string', default: '8000' },
    concurrency: { type: 'string', default: '16' },
  },
});

const build = copyBuild();
try {
  for (const client of values.client) {
    const result = await contest({
      client,
      rows: values.row,
      dist: build.url,
      inside: values.inside,
      generations: Number(values.generations),
      rounds: Number(values.rounds),
      requests: Number(values.requests),
      warmUp: Number(values['warm-up']),
      concurrency: Number(values.concurrency),
    });
    console.log(contestTable(result));
  }
} finally {
  build.remove();
}
