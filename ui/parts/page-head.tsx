import type { JSX } from 'preact';
import { formatDuration } from '../../src/view/format.ts';
import type { Trace } from '../data/trace.ts';
import { usePageState } from '../state/context.ts';
import { setTheme, theme, type Theme } from '../state/theme.ts';
import { isoTime } from '../words/date-words.ts';
import { plainText } from '../words/safe-text.ts';
import { Help } from './help.tsx';
import { SaveButton } from './save-button.tsx';
import { ViewTabs } from './view-tabs.tsx';

const STATES: Readonly<Record<string, string>> = {
  reading: 'reading…',
  live: 'live',
  reconnecting: 'reconnecting…',
  ended: 'ended',
  disconnected: 'disconnected',
};

/** Whose trace it is, and what holds for the whole page. */
export function PageHead(): JSX.Element {
  const state = usePageState();
  void state.version.value;
  const status = STATES[state.feed.value.kind];
  return (
    <header class="page-head">
      <h1>httptrace</h1>
      <ViewTabs />
      <p class="program">{programText(state.trace)}</p>
      {status !== undefined && <span class={`feed ${state.feed.value.kind}`}>{status}</span>}
      <span class="page-tools">
        <SaveButton />
        <Help />
        <label>
          <span class="unseen">Theme</span>
          <select
            value={theme.value}
            onChange={(event) => setTheme(event.currentTarget.value as Theme /* its options */)}
          >
            <option value="auto">Auto</option>
            <option value="light">Light</option>
            <option value="dark">Dark</option>
          </select>
        </label>
      </span>
    </header>
  );
}

function programText({ run, end }: Trace): string {
  if (run === undefined) return '';
  const command = plainText(run.command.join(' ').slice(0, 300));
  const started = isoTime(run.started).replace('T', ' ').slice(0, 19);
  if (end === undefined) return `${command} · ${started} UTC`;
  const how =
    end.signal === null
      ? end.exitCode === 0
        ? ''
        : ` · exit code ${end.exitCode}`
      : ` · ${plainText(end.signal)}`;
  return `${command} · ${started} UTC · ran ${formatDuration(Math.max(0, end.ended - run.started))}${how}`;
}
