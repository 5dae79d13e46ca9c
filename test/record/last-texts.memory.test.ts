import { expect, it } from 'vitest';

import { LastTexts } from '../../src/events/last-texts.ts';
import { alive, collectAll } from '../helpers/heap.ts';

it('are gone with the connections that had them, and the secrets in them', async () => {
  const references = [LastTexts.of({ host: '127.0.0.1', port: 80, isName: false })].map(
    (texts) => new WeakRef(texts),
  );
  await collectAll();
  expect(alive(references)).toBe(0);
});
