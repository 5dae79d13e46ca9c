import { readFileSync, statSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import {
  drawPicture,
  drawRunPicture,
  MOST_BYTES,
  PAGE_PICTURES,
  pictureFile,
  readRecording,
  readTraceRecording,
} from '../../scripts/readme-picture/pictures.ts';

const root = new URL('../../', import.meta.url);
const records = readRecording(pictureFile(root, 'waterfall.json'));
const picture = readFileSync(pictureFile(root, 'waterfall.svg'), 'utf8');
const trace = readTraceRecording(pictureFile(root, 'run.jsonl'));
const pageTrace = readTraceRecording(pictureFile(root, 'page.jsonl'));
const runPicture = readFileSync(pictureFile(root, 'run.svg'), 'utf8');
const readme = readFileSync(new URL('README.md', root), 'utf8');

const pictures = [
  { name: 'waterfall.svg', picture },
  { name: 'run.svg', picture: runPicture },
];

describe("the README's pictures", () => {
  it('are what the command draws of their records today; `node scripts/readme-picture.mjs` draws them anew', () => {
    expect(drawPicture(records)).toBe(picture);
    expect(drawRunPicture(trace)).toBe(runPicture);
  });

  it('show every phase of the waterfall, with a bar for each', () => {
    for (const { phases } of records) {
      for (const { name } of phases) expect(picture).toContain(`>${name}</text>`);
    }
    const bars = picture.match(/<rect [^>]*height="13"/g) ?? [];
    expect(bars).toHaveLength(records.flatMap(({ phases }) => phases).length);
  });

  it('show requests of a run, their summary and a finding', () => {
    expect(runPicture).toContain('httptrace run -- node app.js');
    expect(runPicture).toContain('>none reused<');
    expect(runPicture).toContain('The client closes its connections after each request');
  });

  it.each([
    { name: 'run.jsonl', lines: trace },
    { name: 'page.jsonl', lines: pageTrace },
  ])('name no folder of the machine that they were made on: $name', ({ lines }) => {
    expect(lines.filter((line) => line.type === 'run')).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toMatch(/"cwd"|\/tmp\/|\/home\/|\/root\//);
  });

  it.each(pictures)('load nothing from elsewhere and run no script: $name', ({ picture: svg }) => {
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(
      /href|url\(|@import|<script|<image|\bon\w+=/,
    );
  });

  it('are all in the README, with words for who cannot see them, and small enough', () => {
    const shown = [...readme.matchAll(/(?:src|srcset)="(?<file>[^"]+)"/g)].map(({ groups }) => groups?.file);
    const names = [...pictures, ...PAGE_PICTURES].map(({ name }) => `docs/pictures/${name}`);
    expect(new Set(shown)).toEqual(new Set(names));
    for (const name of names) expect(statSync(new URL(name, root)).size).toBeLessThanOrEqual(MOST_BYTES);
    const images = readme.match(/<img [^>]*>/g) ?? [];
    for (const image of images) expect(image).toMatch(/ alt="[^"]{40,}"/);
  });

  it('show what the words beside the page say of it', () => {
    expect(pageTrace.filter((line) => line.type === 'roundTrip')).toHaveLength(32);
  });
});
