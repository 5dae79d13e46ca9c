import type { JSX } from 'preact';
import { formatDuration } from '../../../src/view/format.ts';
import type { OriginSummary } from '../../../src/analyze/summary.ts';
import { usePageState } from '../../state/context.ts';
import { plainText } from '../../words/safe-text.ts';

/** More rows than these are asked for by nobody and slow down the page. */
const MOST_ROWS = 200;

export function OriginTable({ origins }: { readonly origins: readonly OriginSummary[] }): JSX.Element {
  const hidden = origins.length - MOST_ROWS;
  return (
    <table class="numbers">
      <caption>Origins</caption>
      <thead>
        <tr>
          <th scope="col">Origin</th>
          <th scope="col">Requests</th>
          <th scope="col">Failed</th>
          <th scope="col">New connections</th>
          <th scope="col">Reused</th>
          <th scope="col">Time p50</th>
          <th scope="col">p90</th>
          <th scope="col">p99</th>
          <th scope="col">Most</th>
        </tr>
      </thead>
      <tbody>
        {origins.slice(0, MOST_ROWS).map((origin) => (
          <OriginRow key={origin.origin ?? ''} origin={origin} />
        ))}
      </tbody>
      {hidden > 0 && (
        <tfoot>
          <tr>
            <td colSpan={9}>and {hidden.toLocaleString('en')} more with fewer requests</td>
          </tr>
        </tfoot>
      )}
    </table>
  );
}

function OriginRow({ origin }: { readonly origin: OriginSummary }): JSX.Element {
  const state = usePageState();
  const { origin: name, requests, failed, opened, reuseRatio, metrics } = origin;
  const total = metrics.find(({ metric }) => metric === 'total');

  function showOrigin(): void {
    state.query.value = name ?? '';
    state.view.value = 'requests';
  }

  return (
    <tr>
      <th scope="row">
        {name === undefined ? (
          'all others'
        ) : (
          <button type="button" class="link" title="Show its requests" onClick={showOrigin}>
            <bdi>{plainText(name.slice(0, 200))}</bdi>
          </button>
        )}
      </th>
      <td>{requests.toLocaleString('en')}</td>
      <td class={failed > 0 ? 'bad' : ''}>{failed.toLocaleString('en')}</td>
      <td>{opened.toLocaleString('en')}</td>
      <td>{reuseRatio === undefined ? '–' : `${Math.round(reuseRatio * 100)} %`}</td>
      {(['p50', 'p90', 'p99', 'max'] as const).map((percentile) => (
        <td key={percentile}>{total === undefined ? '–' : formatDuration(total[percentile])}</td>
      ))}
    </tr>
  );
}
