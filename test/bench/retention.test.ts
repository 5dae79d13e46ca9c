import { expect, it } from 'vitest';

import { certificateFor } from '../../bench/certificate.mjs';
import { retained } from '../../bench/memory.mjs';
import { SIZES } from '../../bench/plans.mjs';

const dist = new URL('../../dist/', import.meta.url).href;
const TWO_KIB = 2048;

it.each(Object.keys(SIZES))(
  'a record retains at most 2 KiB without its header values, also once read on a kept connection: %s',
  { timeout: 60_000 },
  async (client) => {
    const { record, read, values } = await retained(client, dist, await certificateFor(client));
    expect(record - values).toBeLessThan(TWO_KIB);
    // A record of a dial tells of it too.
    if (client !== 'dial') expect(read - values).toBeLessThan(TWO_KIB);
  },
);
