import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { drawPicture, pictureFile, readRecording } from '../../scripts/readme-picture/pictures.ts';

const root = new URL('../../', import.meta.url);
const records = readRecording(pictureFile(root, 'waterfall.json'));
const picture = readFileSync(pictureFile(root, 'waterfall.svg'), 'utf8');

describe("the README's picture", () => {
  it('is what the command draws of its records today; `node scripts/readme-picture.mjs` draws it anew', () => {
    expect(drawPicture(records)).toBe(picture);
  });

  it('shows every phase of its records, with a bar for each', () => {
    for (const { phases } of records) {
      for (const { name } of phases) expect(picture).toContain(`>${name}</text>`);
    }
    const bars = picture.match(/<rect [^>]*height="13"/g) ?? [];
    expect(bars).toHaveLength(records.flatMap(({ phases }) => phases).length);
  });

  it('loads nothing from elsewhere and runs no script', () => {
    expect(picture.replace('http://www.w3.org/2000/svg', '')).not.toMatch(
      /href|url\(|@import|<script|<image|\bon\w+=/,
    );
  });

  it('is in the README', () => {
    expect(readFileSync(new URL('README.md', root), 'utf8')).toContain('docs/pictures/waterfall.svg');
  });
});
