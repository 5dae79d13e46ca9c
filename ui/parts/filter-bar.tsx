import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Grouping } from '../data/rows.ts';
import { usePageState } from '../state/context.ts';
import { count } from '../words/request-words.ts';

const GROUPINGS: readonly (readonly [Grouping, string])[] = [
  ['origin', 'Origin'],
  ['connection', 'Connection'],
  ['process', 'Process'],
  ['none', 'Nothing'],
];

export function FilterBar(): JSX.Element {
  const state = usePageState();
  const search = useRef<HTMLInputElement>(null);

  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      search.current?.focus();
    }
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);

  return (
    <div class="filters" role="search">
      <input
        ref={search}
        class="query"
        type="search"
        aria-label="Filter requests"
        aria-describedby="query-help"
        placeholder="Filter: text, status:5xx, method:POST, >100ms, is:new, -word"
        spellcheck={false}
        autocomplete="off"
        value={state.query.value}
        onInput={(event) => (state.query.value = event.currentTarget.value)}
      />
      <span class="unseen" id="query-help">
        Words that must all be in method, URL, status or error. Also status:5xx, method:POST, is:error,
        is:new, is:reused, is:open, is:mocked, client:fetch, greater or less than a time in ms; a minus before
        a word excludes it.
      </span>
      <label class="check">
        <input
          type="checkbox"
          checked={state.onlyErrors.value}
          onChange={(event) => (state.onlyErrors.value = event.currentTarget.checked)}
        />
        Errors only
      </label>
      <label>
        Slower than{' '}
        <input
          class="number"
          type="number"
          min="0"
          step="any"
          placeholder="0"
          value={state.leastDuration.value === 0 ? '' : state.leastDuration.value}
          onInput={(event) =>
            (state.leastDuration.value = Math.max(0, event.currentTarget.valueAsNumber || 0))
          }
        />{' '}
        ms
      </label>
      <label>
        Group by{' '}
        <select
          value={state.grouping.value}
          onChange={(event) =>
            (state.grouping.value = event.currentTarget.value as Grouping /* its options */)
          }
        >
          {GROUPINGS.map(([value, name]) => (
            <option value={value}>{name}</option>
          ))}
        </select>
      </label>
      {state.grouping.value !== 'none' && (
        <span class="folds" role="group" aria-label="Groups">
          <button type="button" onClick={() => state.setAllOpen(true)}>
            Open all
          </button>
          <button type="button" onClick={() => state.setAllOpen(false)}>
            Close all
          </button>
        </span>
      )}
      <Count />
    </div>
  );
}

/** How many requests are shown. Screen readers are told when it has stayed the same for a moment, not at each key. */
function Count(): JSX.Element {
  const state = usePageState();
  const text = useComputed(() => {
    const shown = state.chosen.value.length;
    const all = state.trace.requests.length;
    return shown === all
      ? count(all, 'request')
      : `${shown.toLocaleString('en')} of ${count(all, 'request')}`;
  });
  const spoken = useSignal('');
  useSignalEffect(() => {
    const { value } = text;
    const timer = setTimeout(() => (spoken.value = value), 700);
    return () => clearTimeout(timer);
  });
  return (
    <>
      <span class="count" aria-hidden="true">
        {text}
      </span>
      <span class="unseen" role="status" aria-live="polite">
        {spoken}
      </span>
    </>
  );
}
