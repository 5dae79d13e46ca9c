import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asciiText,
  cleanText,
  padEnd,
  padStart,
  textWidth,
  truncateEnd,
  truncateMiddle,
  wrapWords,
} from '../../src/view/text.ts';

/** Controls, every bidirectional control of Unicode, separators of lines. */
const DANGEROUS = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/u;

describe('cleanText', () => {
  it('takes escape sequences their power', () => {
    expect(cleanText('a\u001b[31mred\u001b]0;title\u0007b\u009b2J')).toBe('a[31mred]0;titleb2J');
  });

  it('takes bidirectional characters out', () => {
    expect(cleanText('a\u202Eb\u2066c\u2069d\u200Fe\u061Cf')).toBe('abcdef');
  });

  it('makes line ends and tabs a space, so that a text stays on its line', () => {
    expect(cleanText('a\r\nb\tc\u2028d')).toBe('a b c d');
  });

  it('takes out zero-width characters, tags and lone surrogates', () => {
    expect(cleanText('a\u200Bb\uFEFFc\u{E0041}d\uD800e')).toBe('abcde');
  });

  it('leaves letters of all scripts alone', () => {
    expect(cleanText('grüße 日本語 עברית 👍')).toBe('grüße 日本語 עברית 👍');
  });

  it('never lets anything dangerous through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(cleanText(text)).not.toMatch(DANGEROUS);
      }),
    );
  });
});

describe('asciiText', () => {
  it('replaces each character that ASCII lacks by one question mark', () => {
    expect(asciiText('naïve 👍')).toBe('na?ve ?');
  });
});

describe('truncateEnd and truncateMiddle', () => {
  it('leave alone what fits', () => {
    expect(truncateEnd('hello', 5, '…')).toBe('hello');
    expect(truncateMiddle('hello', 5, '…')).toBe('hello');
  });

  it('cut where they say', () => {
    expect(truncateEnd('abcdefghij', 5, '…')).toBe('abcd…');
    expect(truncateMiddle('abcdefghij', 7, '…')).toBe('abcd…ij');
  });

  it('count a wide character as two columns', () => {
    expect(truncateEnd('日本語日本語', 5, '…')).toBe('日本…');
  });

  it('never exceed the width', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (raw, width) => {
        const text = cleanText(raw);
        expect(textWidth(truncateEnd(text, width, '…'))).toBeLessThanOrEqual(width);
        expect(textWidth(truncateMiddle(text, width, '...'))).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe('padStart and padEnd', () => {
  it('fill up to a width in columns, colours not counted', () => {
    expect(padEnd('日本', 6)).toBe('日本  ');
    expect(padStart('\u001b[31mab\u001b[39m', 4)).toBe('  \u001b[31mab\u001b[39m');
  });
});

describe('wrapWords', () => {
  it('breaks at spaces, and cuts a word only when it is longer than a line', () => {
    expect(wrapWords('one two abcdefghijkl three', 9)).toEqual(['one two', 'abcdefghi', 'jkl three']);
  });
});
