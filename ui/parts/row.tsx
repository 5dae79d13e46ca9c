import type { CSSProperties, JSX } from 'preact';
import { formatDuration } from '../../src/view/format.ts';
import { FAILED } from '../data/request-columns.ts';
import type { Group, Grouping } from '../data/rows.ts';
import type { Trace } from '../data/trace.ts';
import { ROW_HEIGHT } from '../draw/rows-picture.ts';
import { connectionWord, count, groupWords, outcomeWord, phaseWords } from '../words/request-words.ts';
import { plainText } from '../words/safe-text.ts';

/** A row cannot show more. */
const LONGEST_URL = 400;

interface RowProps {
  /** In the list of all rows. */
  readonly index: number;
  readonly isActive: boolean;
}

/** Rows are placed by hand, since only those in sight exist. */
function place(index: number): CSSProperties {
  return { transform: `translateY(${index * ROW_HEIGHT}px)` };
}

export function GroupRow({
  index,
  isActive,
  group,
  isOpen,
}: RowProps & { readonly group: Group; readonly isOpen: boolean }): JSX.Element {
  return (
    <div
      class="row group"
      role="row"
      id={`row-${index}`}
      data-index={index}
      aria-level={1}
      aria-expanded={isOpen}
      aria-rowindex={index + 2}
      tabIndex={isActive ? 0 : -1}
      style={place(index)}
    >
      <div class="cell wide" role="gridcell" aria-colspan={5}>
        <span class="fold" aria-hidden="true">
          {isOpen ? '▾' : '▸'}
        </span>
        <bdi class="title">{plainText(group.title.slice(0, LONGEST_URL))}</bdi>
        <span class="facts">
          {groupWords(group)}
          {group.errors > 0 && <span class="error">, {count(group.errors, 'error')}</span>}
        </span>
      </div>
      <div class="cell" role="gridcell" aria-colindex={6}></div>
    </div>
  );
}

interface RequestRowProps extends RowProps {
  readonly trace: Trace;
  readonly request: number;
  readonly grouping: Grouping;
  readonly isSelected: boolean;
}

export function RequestRow({
  index,
  isActive,
  trace,
  request,
  grouping,
  isSelected,
}: RequestRowProps): JSX.Element {
  const { requests, connections } = trace;
  const status = requests.status.at(request);
  const failed = requests.has(request, FAILED);
  const origin = requests.origins.text(requests.origin.at(request));
  const error = requests.errors.text(requests.error.at(request));
  const connection = connections[requests.connection.at(request)];
  return (
    <div
      class={isSelected ? 'row selected' : 'row'}
      role="row"
      id={`row-${index}`}
      data-index={index}
      aria-level={grouping === 'none' ? 1 : 2}
      aria-selected={isSelected}
      aria-rowindex={index + 2}
      tabIndex={isActive ? 0 : -1}
      style={place(index)}
    >
      <div
        class={`cell outcome ${failed || status >= 500 ? 'bad' : status >= 400 ? 'warn' : ''}`}
        role="gridcell"
      >
        {outcomeWord(requests, request)}
      </div>
      <div class="cell method" role="gridcell">
        {plainText(requests.methods.text(requests.method.at(request)).slice(0, 20))}
      </div>
      <div class="cell url" role="gridcell">
        <bdi>
          {(grouping === 'none' || grouping === 'process') && (
            <span class="origin">{plainText(shortOrigin(origin).slice(0, LONGEST_URL))}</span>
          )}
          {plainText((requests.path[request] ?? '').slice(0, LONGEST_URL))}
        </bdi>
        {error !== '' && <span class="error"> {plainText(error.slice(0, 80))}</span>}
      </div>
      <div class="cell connection" role="gridcell">
        {connection !== undefined && (
          <>
            <span class="new">{connectionWord(requests, request)}</span> #{connection.number}
          </>
        )}
      </div>
      <div class="cell duration" role="gridcell">
        {formatDuration(requests.duration.at(request))}
      </div>
      <div class="cell timeline" role="gridcell">
        <span class="unseen">{phaseWords(requests, request)}</span>
      </div>
    </div>
  );
}

/** `https://` says little in a column of them; `http://` does. */
function shortOrigin(origin: string): string {
  return origin.startsWith('https://') ? origin.slice(8) : origin;
}
