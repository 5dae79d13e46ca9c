import type { JSX } from 'preact';
import { Text } from './text.tsx';

/** A sentence in which names of code stand between backticks. */
export function Prose({ text }: { readonly text: string }): JSX.Element {
  const parts = text.split('`');
  // A single backtick is one that a server sent.
  if (parts.length % 2 === 0) return <Text text={text} />;
  return (
    <>
      {parts.map((part, index) =>
        index % 2 === 1 ? (
          <code key={index}>
            <Text text={part} />
          </code>
        ) : (
          <Text key={index} text={part} />
        ),
      )}
    </>
  );
}
