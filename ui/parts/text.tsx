import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { textParts } from '../words/safe-text.ts';

/** A header value can be a megabyte. */
const LONGEST = 1500;

/** A text from the network: what cannot be seen is named, what is very long is cut until it is asked for. */
export function Text({ text }: { readonly text: string }): JSX.Element {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole || text.length <= LONGEST ? text : text.slice(0, LONGEST);
  return (
    <>
      <bdi>
        {textParts(shown).map((part) =>
          part.isEscape ? <span class="escape">{part.text}</span> : part.text,
        )}
      </bdi>
      {shown.length < text.length && (
        <>
          {'… '}
          <button type="button" class="link" onClick={() => setWhole(true)}>
            all {text.length.toLocaleString('en')} characters
          </button>
        </>
      )}
    </>
  );
}
