import type { JSX } from 'preact';
import type { FeedStatus } from '../data/feed.ts';
import type { Trace } from '../data/trace.ts';
import { usePageState } from '../state/context.ts';
import { count } from '../words/request-words.ts';
import { plainText } from '../words/safe-text.ts';

/** What one has to know to trust what is shown. */
export function Notices(): JSX.Element {
  const state = usePageState();
  void state.version.value;
  const notices = [...feedNotices(state.feed.value), ...traceNotices(state.trace)];
  return (
    <section class="notices" aria-label="Notices" hidden={notices.length === 0}>
      <ul>
        {notices.map((notice) => (
          <li key={notice}>{notice}</li>
        ))}
      </ul>
    </section>
  );
}

function feedNotices(status: FeedStatus): string[] {
  switch (status.kind) {
    case 'damaged':
      return [status.reason];
    case 'reconnecting':
      return ['The connection to httptrace is lost; trying again.'];
    case 'disconnected':
      return ['httptrace does not answer any more. What is shown stays until the page is closed.'];
    default:
      return [];
  }
}

function traceNotices(trace: Trace): string[] {
  const notices: string[] = [];
  if (trace.lost > 0)
    notices.push(
      `${count(trace.lost, 'record')} are missing: there were more than were to be recorded or could be written.`,
    );
  if (trace.skipped > 0)
    notices.push(
      `${count(trace.skipped, 'line')} of the trace cannot be read and ${trace.skipped === 1 ? 'is' : 'are'} not shown.`,
    );
  if (trace.forgotten > 0)
    notices.push(
      `The oldest ${count(trace.forgotten, 'request')} ${trace.forgotten === 1 ? 'is' : 'are'} not shown any more, to make room.`,
    );
  for (const name of trace.clocks.misplaced)
    notices.push(
      `The clock of process ${plainText(name)} is far from the others': its requests are shown from the moment at which they came.`,
    );
  return notices;
}
