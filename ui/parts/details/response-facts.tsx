import type { JSX } from 'preact';
import { formatBytes, formatDuration } from '../../../src/view/format.ts';
import type { ResponseRecord, RoundTripRecord } from '../../../src/record/types.ts';
import { Text } from '../text.tsx';
import { fact, Facts, Section } from './facts.tsx';
import { HeaderTable } from './header-table.tsx';

export function RequestFacts({ record: { request } }: { readonly record: RoundTripRecord }): JSX.Element {
  return (
    <Section title="Request">
      <Facts
        facts={[
          fact('Protocol', <Text text={`HTTP/${request.httpVersion}`} />),
          fact('On the wire', request.wireBytes === undefined ? undefined : formatBytes(request.wireBytes)),
        ]}
      />
      <HeaderTable fields={request.header} label="Request header" />
    </Section>
  );
}

export function ResponseFacts({ response }: { readonly response: ResponseRecord }): JSX.Element {
  return (
    <Section title="Response">
      <Facts
        facts={[
          fact('Status', <Text text={`${response.status} ${response.statusText}`.trim()} />),
          fact('Protocol', <Text text={`HTTP/${response.httpVersion}`} />),
          fact('Body', response.bodyBytes === undefined ? undefined : formatBytes(response.bodyBytes)),
          fact('On the wire', response.wireBytes === undefined ? undefined : formatBytes(response.wireBytes)),
        ]}
      />
      <HeaderTable fields={response.header} label="Response header" />
      {response.trailers.length > 0 && (
        <>
          <h4>Trailers</h4>
          <HeaderTable fields={response.trailers} label="Trailers" />
        </>
      )}
      <ServerTiming response={response} />
    </Section>
  );
}

function ServerTiming({
  response: { serverTiming },
}: {
  readonly response: ResponseRecord;
}): JSX.Element | null {
  if (serverTiming.length === 0) return null;
  return (
    <>
      <h4>Server timing</h4>
      <table class="header" aria-label="Server timing">
        <tbody>
          {serverTiming.map(({ name, duration, description }, index) => (
            <tr key={index}>
              <th scope="row">
                <Text text={name} />
              </th>
              <td>
                {duration !== undefined && `${formatDuration(duration)} `}
                {description !== undefined && <Text text={description} />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** 1xx responses. */
export function InformationalFacts({ record }: { readonly record: RoundTripRecord }): JSX.Element {
  return (
    <Section title="Informational responses">
      {record.informational.map(({ status, time, header }, index) => (
        <div key={index}>
          <p>
            {status} after {formatDuration(Math.max(0, time - record.start))}
          </p>
          <HeaderTable fields={header} label={`Header of the ${status}`} />
        </div>
      ))}
    </Section>
  );
}
