import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PHASES } from '../../src/view/layout.ts';

const css = readFileSync(new URL('../../ui/page.css', import.meta.url), 'utf8');

type Rgb = readonly [red: number, green: number, blue: number];
type Matrix = readonly [Rgb, Rgb, Rgb];

/** How colours look to the colour-blind, on linear RGB (Machado, Oliveira and Fernandes 2009, severity 1). */
const SIGHTS: Readonly<Record<string, Matrix>> = {
  'full sight': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Two colours that are this far apart in OKLab are told apart side by side at a glance. */
const DISTINCT = 0.1;

function colour(name: string, theme: 0 | 1): Rgb {
  const [, ...hex] = new RegExp(`--${name}: light-dark\\(#(\\w{6}), #(\\w{6})\\)`).exec(css) ?? [];
  const value = Number.parseInt(hex[theme] ?? '', 16);
  if (Number.isNaN(value)) throw new Error(`--${name} is no colour of two themes`);
  return [value >> 16, (value >> 8) & 255, value & 255].map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb; // three parts are mapped
}

function times(matrix: Matrix, [r, g, b]: Rgb): Rgb {
  return matrix.map((row) => Math.max(0, row[0] * r + row[1] * g + row[2] * b)) as unknown as Rgb; // three rows
}

function oklab(linear: Rgb): Rgb {
  const cone = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    linear,
  );
  const [l, m, s] = cone.map(Math.cbrt) as unknown as Rgb; // three of three
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function distance(a: Rgb, b: Rgb): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

function contrast(a: Rgb, b: Rgb): number {
  const [dark = 0, light = 0] = [a, b]
    .map(([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b)
    .toSorted((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

describe.each([
  ['light', 0],
  ['dark', 1],
] as const)('the colours of the phases in the %s theme', (_, theme) => {
  it.each(Object.entries(SIGHTS))('are apart from those of neighbours in time for %s', (_, sight) => {
    const seen = PHASES.map((phase) => oklab(times(sight, colour(`phase-${phase}`, theme))));
    // What can follow: each phase up to the third after it, since proxy and TLS can be missing.
    const close: string[] = [];
    for (let a = 0; a < seen.length; a++) {
      for (let b = a + 1; b < Math.min(seen.length, a + 4); b++) {
        const apart = distance(seen[a] as Rgb, seen[b] as Rgb); // both indices are in range
        if (apart < DISTINCT) close.push(`${PHASES[a]} and ${PHASES[b]}: ${apart.toFixed(3)}`);
      }
    }
    expect(close).toEqual([]);
  });

  it('stand out from the background', () => {
    const background = colour('background', theme);
    const faint = PHASES.map(
      (phase) => `${phase} ${contrast(colour(`phase-${phase}`, theme), background).toFixed(2)}`,
    );
    expect(faint.filter((text) => Number(text.split(' ')[1]) < 3)).toEqual([]);
  });
});
