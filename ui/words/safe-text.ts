/** Controls, format characters (all bidirectional and zero-width ones), separators, lone surrogates: they would reorder or hide text. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** A part of a text from the network. */
export interface TextPart {
  readonly text: string;
  /** It stands for characters that cannot be seen. */
  readonly isEscape: boolean;
}

/** Splits a text into what can be shown as it is and names of what cannot: `U+202E`. */
export function textParts(text: string): TextPart[] {
  if (!UNSAFE.test(text)) return [{ text, isEscape: false }];
  const parts: { text: string; isEscape: boolean }[] = [];
  for (const character of text) {
    const isEscape = UNSAFE.test(character);
    const shown = isEscape ? codePointName(character) : character;
    const last = parts.at(-1);
    if (last !== undefined && last.isEscape === isEscape) last.text += isEscape ? ` ${shown}` : shown;
    else parts.push({ text: shown, isEscape });
  }
  return parts;
}

/** The same as one text, where there can be no markup: `⟨U+202E⟩`. */
export function plainText(text: string): string {
  if (!UNSAFE.test(text)) return text;
  return textParts(text)
    .map((part) => (part.isEscape ? `⟨${part.text}⟩` : part.text))
    .join('');
}

function codePointName(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
