import type { JSX } from 'preact';
import { usePageState } from '../state/context.ts';
import { VIEWS, type View } from '../state/page-state.ts';

const NAMES: Readonly<Record<View, string>> = {
  requests: 'Requests',
  summary: 'Summary',
  findings: 'Findings',
};

export function ViewTabs(): JSX.Element {
  const state = usePageState();
  const found = state.summary.value?.findings.length ?? 0;

  function onKeyDown(event: KeyboardEvent): void {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const next = VIEWS[(VIEWS.indexOf(state.view.value) + step + VIEWS.length) % VIEWS.length];
    if (next === undefined) return;
    state.view.value = next;
    document.getElementById(`tab-${next}`)?.focus();
  }

  return (
    <div class="tabs" role="tablist" aria-label="Views" onKeyDown={onKeyDown}>
      {VIEWS.map((view) => (
        <button
          key={view}
          type="button"
          role="tab"
          id={`tab-${view}`}
          aria-selected={state.view.value === view}
          aria-controls="view"
          tabIndex={state.view.value === view ? 0 : -1}
          onClick={() => (state.view.value = view)}
        >
          {NAMES[view]}
          {view === 'findings' && found > 0 && <span class="number-of"> {found}</span>}
        </button>
      ))}
    </div>
  );
}
