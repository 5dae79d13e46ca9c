/** A message of Node's as a sentence: they end with no full stop. */
export function sentence(message: string): string {
  const text = message.trim();
  return text === '' || /[.!?]$/.test(text) ? text : `${text}.`;
}
