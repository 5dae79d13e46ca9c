const NOT_PLAIN = /[\u007f\p{Cf}\p{Zl}\p{Zp}\u0080-\u009f]/gu;

/**
 * A record as one line of JSON. Characters that can control or confuse a terminal are written as escapes, so the line
 * is safe to look at and yet holds the same data.
 */
export function jsonLine(record: object): string {
  return JSON.stringify(record).replace(NOT_PLAIN, escapeCharacter);
}

function escapeCharacter(character: string): string {
  let escaped = '';
  for (let index = 0; index < character.length; index++) {
    escaped += `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }
  return escaped;
}
