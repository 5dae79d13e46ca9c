import type { JSX } from 'preact';
import { hostPort } from '../../../src/record/origin.ts';
import { formatDuration, ordinal } from '../../../src/view/format.ts';
import type {
  ConnectionUse,
  DialRecord,
  Endpoint,
  RoundTripRecord,
  TLSRecord,
} from '../../../src/record/types.ts';
import type { Connection } from '../../data/trace.ts';
import { isoDay } from '../../words/date-words.ts';
import { Text } from '../text.tsx';
import { fact, Facts, Section } from './facts.tsx';

const DAY = 86_400_000;

export function ConnectionFacts({
  use,
  connection,
}: {
  readonly use: ConnectionUse;
  readonly connection: Connection | undefined;
}): JSX.Element {
  const idle =
    use.wasIdle && use.idleTime !== undefined ? `, idle for ${formatDuration(use.idleTime)} before` : '';
  const turn = `${ordinal(use.served + 1)} ${use.protocol === 'h2' ? 'stream' : 'request'} on it`;
  return (
    <Section title={`Connection${connection === undefined ? '' : ` #${connection.number}`}`}>
      <Facts
        facts={[
          fact(
            'Use',
            use.reused ? `reused: ${turn}${idle}` : 'new, opened for this request or just before it',
          ),
          fact('Protocol', <Text text={use.protocol} />),
          fact('Remote', endpoint(use.remote)),
          fact('Local', endpoint(use.local)),
          fact('Proxy', use.proxy && <Text text={use.proxy} />),
          fact('Afterwards', afterwards(use)),
        ]}
      />
    </Section>
  );
}

function endpoint(end: Endpoint | undefined): JSX.Element | undefined {
  if (end === undefined) return undefined;
  return (
    <Text
      text={end.port === undefined ? end.address : hostPort({ host: end.address, port: String(end.port) })}
    />
  );
}

function afterwards(use: ConnectionUse): JSX.Element | string | undefined {
  if (use.after === undefined) return undefined;
  if (use.after === 'kept') return 'kept open';
  if (use.after === 'handed-over') return 'handed over to the application';
  return use.closeReason === undefined ? 'closed' : <Text text={`closed: ${use.closeReason}`} />;
}

/** Which addresses were tried for a new connection, and what came of it. */
export function DialFacts({ dial }: { readonly dial: DialRecord }): JSX.Element {
  return (
    <Section title="Dial">
      <Facts
        facts={[
          fact('Name', dial.host && <Text text={dial.host} />),
          fact('Addresses', dial.addresses && <Text text={dial.addresses.join(', ')} />),
          dial.used ? undefined : fact('Its connection', 'did not serve this request'),
        ]}
      />
      {dial.attempts.length > 0 && (
        <table class="attempts" aria-label="Addresses tried">
          <tbody>
            {dial.attempts.map((attempt, index) => (
              <tr key={index} class={attempt.error === undefined ? '' : 'failed'}>
                <th scope="row">
                  <Text text={attempt.addr} />
                </th>
                <td>
                  {attempt.error !== undefined ? (
                    <Text text={attempt.error.code ?? attempt.error.message} />
                  ) : attempt.duration === undefined ? (
                    'no answer yet'
                  ) : (
                    'connected'
                  )}
                </td>
                <td class="number">
                  {attempt.duration === undefined ? '' : formatDuration(attempt.duration)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

export function TLSFacts({
  tls,
  record,
}: {
  readonly tls: TLSRecord;
  readonly record: RoundTripRecord;
}): JSX.Element {
  const { certificate } = tls;
  return (
    <Section title="TLS">
      <Facts
        facts={[
          fact('Version', tls.version && <Text text={tls.version} />),
          fact('Cipher', tls.cipher && <Text text={tls.cipher} />),
          fact('ALPN', tls.alpnProtocol === undefined ? 'nothing agreed' : <Text text={tls.alpnProtocol} />),
          fact('Server name', tls.serverName && <Text text={tls.serverName} />),
          fact('Session', tls.resumed ? 'resumed' : 'full handshake'),
          fact('Trusted', trust(tls)),
          ...(certificate === undefined
            ? []
            : [
                fact(
                  'Certificate',
                  <Text text={certificate.subject === '' ? '(no subject)' : certificate.subject} />,
                ),
                fact('Issuer', <Text text={certificate.issuer} />),
                fact('Names', <Text text={certificate.subjectAltName} />),
                fact('Valid', validity(certificate.validFrom, certificate.validTo, record.wallTime)),
                fact(
                  'SHA-256',
                  <span class="fingerprint">
                    <Text text={certificate.fingerprint256} />
                  </span>,
                ),
              ]),
        ]}
      />
    </Section>
  );
}

function trust(tls: TLSRecord): JSX.Element | string {
  if (tls.authorized) return 'yes';
  return (
    <span class="bad">
      no{tls.authorizationError !== undefined && <Text text={`: ${tls.authorizationError}`} />}
    </span>
  );
}

/** @param then - when the request was made: a report is read later. */
function validity(from: number, to: number, then: number): string {
  const days = Math.floor((to - then) / DAY);
  const left = then < from ? 'not valid yet then' : days < 0 ? 'expired then' : `${days} days left then`;
  return `${isoDay(from)} to ${isoDay(to)}, ${left}`;
}
