import type { JSX } from 'preact';
import { usePageState } from '../state/context.ts';

/** Milliseconds after which a browser has surely begun to save. */
const SAVING = 60_000;

/** Saves the trace as JSON lines: in this file it is compressed, and a live one is nowhere yet. */
export function SaveButton(): JSX.Element {
  const state = usePageState();

  function save(): void {
    const parts = state.trace.lines().map((line) => `${line}\n`);
    const url = URL.createObjectURL(new Blob(parts, { type: 'application/jsonl' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = 'trace.jsonl';
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), SAVING);
  }

  return (
    <button type="button" title="Save the trace as JSON lines" onClick={save}>
      Save
    </button>
  );
}
