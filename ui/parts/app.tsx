import type { JSX } from 'preact';
import { usePageState } from '../state/context.ts';
import { Details } from './details/details.tsx';
import { FilterBar } from './filter-bar.tsx';
import { Legend } from './legend.tsx';
import { Notices } from './notices.tsx';
import { Overview } from './overview.tsx';
import { PageHead } from './page-head.tsx';
import { RequestGrid } from './request-grid.tsx';
import { FindingsView } from './summary/findings-view.tsx';
import { SummaryView } from './summary/summary-view.tsx';

export function App(): JSX.Element {
  const state = usePageState();
  const isRequests = state.view.value === 'requests';
  return (
    <>
      <PageHead />
      <Notices />
      {isRequests && <FilterBar />}
      {isRequests && <Overview />}
      <main class="view">
        <div
          id="view"
          role="tabpanel"
          aria-labelledby={`tab-${state.view.value}`}
          class={isRequests ? 'work' : 'reading'}
          tabIndex={isRequests ? undefined : 0}
        >
          {state.view.value === 'summary' && <SummaryView />}
          {state.view.value === 'findings' && <FindingsView />}
          {isRequests && (
            <div class="main-part">
              <RequestGrid />
              <Emptiness />
            </div>
          )}
          {isRequests && <Details />}
        </div>
      </main>
      {isRequests && <Legend />}
    </>
  );
}

/** Why there is no row. */
function Emptiness(): JSX.Element | null {
  const state = usePageState();
  if (state.rows.value.rows.length > 0) return null;
  const { kind } = state.feed.value;
  const text =
    state.trace.requests.length > 0
      ? 'No request matches the filter.'
      : kind === 'reading'
        ? 'Reading the trace…'
        : kind === 'live' || kind === 'reconnecting'
          ? 'No request has ended yet.'
          : 'There is no request in this trace.';
  return <p class="emptiness">{text}</p>;
}
