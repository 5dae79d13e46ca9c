import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';

const KEYS: readonly (readonly [string, string])[] = [
  ['↑ ↓ PgUp PgDn Home End', 'move between rows'],
  ['→ ←', 'open and close a group'],
  ['Enter', 'details of a request; opens and closes a group'],
  ['Esc', 'close the details'],
  ['+ − or w s', 'zoom in and out'],
  ['a d', 'earlier, later'],
  ['0', 'all of the time'],
  ['f', 'zoom to the row'],
  ['/', 'to the filter'],
  ['Drag, Shift + wheel', 'earlier, later'],
  ['Ctrl + wheel, pinch', 'zoom at the pointer'],
];

export function Help(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <>
      <button type="button" aria-haspopup="dialog" onClick={() => dialog.current?.showModal()}>
        Keys
      </button>
      <dialog ref={dialog} aria-labelledby="keys-title">
        <h2 id="keys-title">Keys and gestures</h2>
        <dl>
          {KEYS.map(([keys, what]) => (
            <div key={keys}>
              <dt>{keys}</dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </dialog>
    </>
  );
}
