import type { JSX } from 'preact';
import { usePageState } from '../state/context.ts';
import { Details } from './details/details.tsx';
import { FilterBar } from './filter-bar.tsx';
import { Legend } from './legend.tsx';
import { Notices } from './notices.tsx';
import { Overview } from './overview.tsx';
import { PageHead } from './page-head.tsx';
import { RequestGrid } from './request-grid.tsx';

export function App(): JSX.Element {
  const state = usePageState();
  return (
    <>
      <PageHead />
      <Notices />
      <FilterBar />
      <Overview />
      <main class={state.selectedId.value === undefined ? 'work' : 'work with-details'}>
        <div class="main-part">
          <RequestGrid />
          <Emptiness />
        </div>
        <Details />
      </main>
      <Legend />
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
