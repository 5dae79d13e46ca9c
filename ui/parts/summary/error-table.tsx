import type { JSX } from 'preact';
import type { ErrorCount, Tally } from '../../../src/analyze/summary.ts';
import { Text } from '../text.tsx';
import { RequestLink } from './request-link.tsx';

export function ErrorTable({ errors }: { readonly errors: readonly ErrorCount[] }): JSX.Element | null {
  if (errors.length === 0) return null;
  return (
    <table class="numbers words">
      <caption>Errors</caption>
      <thead>
        <tr>
          <th scope="col">Error</th>
          <th scope="col">Phase</th>
          <th scope="col">Requests</th>
          <th scope="col">The first of them</th>
        </tr>
      </thead>
      <tbody>
        {errors.map(({ code, phase, count, example, record }) => (
          <tr key={`${code} ${phase}`}>
            <th scope="row">
              <Text text={code} />
            </th>
            <td>{phase ?? '–'}</td>
            <td>{count.toLocaleString('en')}</td>
            <td>
              <RequestLink id={record}>
                <Text text={example.message.slice(0, 200)} />
              </RequestLink>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function StatusTable({ statuses }: { readonly statuses: Tally['statuses'] }): JSX.Element | null {
  if (statuses.length === 0) return null;
  return (
    <table class="numbers">
      <caption>Statuses</caption>
      <thead>
        <tr>
          <th scope="col">Status</th>
          <th scope="col">Responses</th>
        </tr>
      </thead>
      <tbody>
        {statuses.map(({ status, count }) => (
          <tr key={status}>
            <th scope="row">{status}</th>
            <td>{count.toLocaleString('en')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
