import type { JSX } from 'preact';
import { formatDuration } from '../../../src/view/format.ts';
import { PHASES } from '../../../src/view/layout.ts';
import type { MetricSummary } from '../../../src/analyze/summary.ts';

/** How long each phase took, in the requests in which it happened and which worked. */
export function MetricTable({ metrics }: { readonly metrics: readonly MetricSummary[] }): JSX.Element {
  return (
    <table class="numbers">
      <caption>Phases</caption>
      <thead>
        <tr>
          <th scope="col">Phase</th>
          <th scope="col">Requests</th>
          <th scope="col">Least</th>
          <th scope="col">p50</th>
          <th scope="col">p90</th>
          <th scope="col">p99</th>
          <th scope="col">Most</th>
        </tr>
      </thead>
      <tbody>
        {metrics.map(({ metric, count, min, p50, p90, p99, max }) => (
          <tr key={metric}>
            <th scope="row">
              <i class={isPhase(metric) ? `swatch ${metric}` : 'swatch'} aria-hidden="true" />
              {metric === 'ttfb' ? 'first byte' : metric}
            </th>
            <td>{count.toLocaleString('en')}</td>
            {[min, p50, p90, p99, max].map((value, index) => (
              <td key={index}>{formatDuration(value)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function isPhase(metric: string): boolean {
  return PHASES.some((phase) => phase === metric);
}
