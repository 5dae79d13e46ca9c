import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { formatDuration } from '../../../src/view/format.ts';
import { usePageState } from '../../state/context.ts';
import { Text } from '../text.tsx';
import { CallFacts } from './call-facts.tsx';
import { ConnectionFacts, DialFacts, TLSFacts } from './connection-facts.tsx';
import { Failure } from './failure.tsx';
import { Section } from './facts.tsx';
import { PhaseTable } from './phase-table.tsx';
import { InformationalFacts, RequestFacts, ResponseFacts } from './response-facts.tsx';

/** Everything about the selected request. */
export function Details(): JSX.Element | null {
  const state = usePageState();
  const panel = useRef<HTMLElement>(null);
  const id = state.selectedId.value;
  const { trace } = state;
  const index = id === undefined ? -1 : trace.requests.id.indexOf(id);
  const record = useMemo(() => (index < 0 ? undefined : trace.record(index)), [id]);

  useEffect(() => panel.current?.scrollTo(0, 0), [id]);

  function close(): void {
    state.selectedId.value = undefined;
    document.querySelector<HTMLElement>('.row[tabindex="0"]')?.focus({ preventScroll: true });
  }
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      if (event.key === 'Escape' && document.querySelector('dialog[open]') === null) close();
    }
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);

  if (record === undefined) return null;
  const { request, response, connection, dial } = record;
  const tls = connection?.tls ?? dial?.tls;
  const used = trace.connections[trace.requests.connection.at(index)];
  return (
    <aside class="details" aria-label="Details of the selected request" ref={panel} tabIndex={0}>
      <div class="details-head">
        <h2>
          <span class="method">{<Text text={request.method.slice(0, 40)} />}</span>{' '}
          <Text text={request.url} />
        </h2>
        <button type="button" class="close" aria-label="Close details" title="Close (Esc)" onClick={close}>
          ×
        </button>
      </div>
      <p class="result">
        {response === undefined ? (
          record.outcome
        ) : (
          <Text text={`${response.status} ${response.statusText}`.trim()} />
        )}
        {' · '}
        {formatDuration(record.duration)}
        {connection !== undefined &&
          ` · ${connection.reused ? 'reused' : 'new'} connection${used === undefined ? '' : ` #${used.number}`}`}
      </p>
      <Failure record={record} />
      <Section title="Phases">
        <PhaseTable record={record} />
      </Section>
      <CallFacts record={record} trace={trace} />
      {connection !== undefined && <ConnectionFacts use={connection} connection={used} />}
      {dial !== undefined && <DialFacts dial={dial} />}
      {tls !== undefined && <TLSFacts tls={tls} record={record} />}
      <RequestFacts record={record} />
      {record.informational.length > 0 && <InformationalFacts record={record} />}
      {response !== undefined && <ResponseFacts response={response} />}
    </aside>
  );
}
