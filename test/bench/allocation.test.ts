import { expect, it } from 'vitest';

import { certificateFor } from '../../bench/certificate.mjs';
import { allocated } from '../../bench/memory.mjs';
import { SIZES } from '../../bench/plans.mjs';

const dist = new URL('../../dist/', import.meta.url).href;

/** Bytes a request: less than the smallest object. The profiler counts one sample of a function that V8 has yet to compile. */
const NOTHING = 8;

it.each(Object.keys(SIZES))(
  'nothing is allocated for a request that nobody traces: %s',
  { timeout: 60_000 },
  async (client) => {
    const certificate = await certificateFor(client);
    const { own, where } = await allocated('installed', client, dist, certificate);
    expect(own, JSON.stringify(where)).toBeLessThan(NOTHING);
  },
);

it(
  'what is allocated for a request that is traced is found by the same means',
  { timeout: 60_000 },
  async () => {
    const { own } = await allocated('observe', 'http', dist);
    expect(own).toBeGreaterThan(100);
  },
);
