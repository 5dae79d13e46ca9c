import type { JSX } from 'preact';
import { formatBytes, formatDuration } from '../../../src/view/format.ts';
import type { Summary } from '../../../src/analyze/summary.ts';
import type { RoundTripRecord } from '../../../src/record/types.ts';
import { usePageState } from '../../state/context.ts';
import { count } from '../../words/request-words.ts';
import { Text } from '../text.tsx';
import { ErrorTable, StatusTable } from './error-table.tsx';
import { MetricTable } from './metric-table.tsx';
import { OriginTable } from './origin-table.tsx';
import { RequestLink } from './request-link.tsx';

export function SummaryView(): JSX.Element {
  const summary = usePageState().summary.value;
  if (summary === undefined || summary.requests === 0)
    return <p class="emptiness">There is nothing to sum up.</p>;
  return (
    <>
      <h2 class="unseen">Summary</h2>
      <p class="totals">{totals(summary)}</p>
      <OriginTable origins={summary.origins} />
      <div class="side-by-side">
        <MetricTable metrics={summary.metrics} />
        <StatusTable statuses={summary.statuses} />
      </div>
      <ErrorTable errors={summary.errors} />
      <SlowestTable slowest={summary.slowest} />
    </>
  );
}

function totals(summary: Summary): string {
  const {
    requests,
    failed,
    incomplete,
    mocked,
    redirects,
    retries,
    opened,
    reuseRatio,
    bodyBytes,
    span,
    processes,
  } = summary;
  const parts = [count(requests, 'request')];
  if (span !== undefined) parts[0] += ` in ${formatDuration(span.to - span.from)}`;
  if (processes > 1) parts.push(`${processes} processes`);
  parts.push(`${count(opened, 'connection')} opened`);
  if (reuseRatio !== undefined)
    parts.push(`${Math.round(reuseRatio * 100)} % of requests on one that was there`);
  if (failed > 0) parts.push(`${failed.toLocaleString('en')} failed`);
  if (incomplete > 0) parts.push(`${incomplete.toLocaleString('en')} not finished`);
  if (redirects > 0) parts.push(count(redirects, 'redirect'));
  if (retries > 0) parts.push(`${retries.toLocaleString('en')} sent again`);
  if (mocked > 0) parts.push(`${mocked.toLocaleString('en')} answered by a mock`);
  if (bodyBytes > 0) parts.push(`${formatBytes(bodyBytes)} of bodies`);
  return parts.join(' · ');
}

function SlowestTable({ slowest }: { readonly slowest: readonly RoundTripRecord[] }): JSX.Element {
  return (
    <table class="numbers words">
      <caption>Slowest requests</caption>
      <thead>
        <tr>
          <th scope="col">Request</th>
          <th scope="col">Time</th>
          <th scope="col">Status</th>
          <th scope="col">Longest phase</th>
        </tr>
      </thead>
      <tbody>
        {slowest.map((record) => (
          <tr key={record.id}>
            <th scope="row">
              <RequestLink id={record.id}>
                <Text text={`${record.request.method} ${record.request.url}`.slice(0, 160)} />
              </RequestLink>
            </th>
            <td>{formatDuration(record.duration)}</td>
            <td>{record.response?.status ?? record.outcome}</td>
            <td>{longestPhase(record)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function longestPhase({ phases }: RoundTripRecord): string {
  const [first, ...others] = phases;
  if (first === undefined) return '–';
  const longest = others.reduce(
    (longest, phase) => (phase.duration > longest.duration ? phase : longest),
    first,
  );
  return `${longest.name} ${formatDuration(longest.duration)}`;
}
