import { render } from 'preact';
import { followLive, readEmbedded, type FeedStatus } from './data/feed.ts';
import './page.css';
import { App } from './parts/app.tsx';
import { StateContext } from './state/context.ts';
import { PageState } from './state/page-state.ts';
import { startTheme } from './state/theme.ts';

startPage();

function startPage(): void {
  const root = document.getElementById('app');
  const source = document.getElementById('trace');
  if (root === null) return;
  startTheme();
  const state = new PageState();
  root.replaceChildren();
  render(
    <StateContext.Provider value={state}>
      <App />
    </StateContext.Provider>,
    root,
  );
  const feed = {
    trace: state.trace,
    changed: () => state.changed(),
    status(status: FeedStatus) {
      state.flush();
      state.sumUp();
      state.feed.value = status;
    },
  };
  if (source?.dataset.source === 'live') followLive(feed);
  else if (source !== null) void readEmbedded(source, feed);
}
