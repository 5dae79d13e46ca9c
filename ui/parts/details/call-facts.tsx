import type { JSX } from 'preact';
import { ordinal } from '../../../src/view/format.ts';
import type { RoundTripRecord } from '../../../src/record/types.ts';
import type { Trace } from '../../data/trace.ts';
import { usePageState } from '../../state/context.ts';
import { isoTime } from '../../words/date-words.ts';
import { plainText } from '../../words/safe-text.ts';
import { outcomeWord } from '../../words/request-words.ts';
import { Text } from '../text.tsx';
import { fact, Facts, Section } from './facts.tsx';

/** Who made the request, and what else was made for the same call. */
export function CallFacts({
  record,
  trace,
}: {
  readonly record: RoundTripRecord;
  readonly trace: Trace;
}): JSX.Element {
  const state = usePageState();
  const { call, client, process, callSite } = record;
  const others = requestsOfCall(trace, record);
  return (
    <Section title="Call">
      <Facts
        facts={[
          fact('Client', <Text text={`${client.name} ${client.version}`} />),
          fact(
            'Process',
            <Text
              text={`${process.pid}${process.threadId === 0 ? '' : `, thread ${process.threadId}`}, Node ${process.node}`}
            />,
          ),
          call.attempt > 1
            ? fact(
                'Attempt',
                `${ordinal(call.attempt)}, a ${call.reason}${call.known ? '' : ' (as it seems: the client does not tell)'}`,
              )
            : undefined,
          record.intercepted ? fact('Answered by', 'a mock: nothing went to the network') : undefined,
          fact('Started', isoTime(record.wallTime)),
          fact('Record', <Text text={record.id} />),
        ]}
      />
      {others.length > 1 && (
        <ol class="attempts-of-call">
          {others.map((request) => {
            const id = trace.requests.id[request];
            return (
              <li key={id}>
                {id === record.id ? (
                  'this request'
                ) : (
                  <button
                    type="button"
                    class="link"
                    onClick={() => ((state.selectedId.value = id), (state.activeKey.value = id))}
                  >
                    {outcomeWord(trace.requests, request)}{' '}
                    {plainText((trace.requests.path[request] ?? '').slice(0, 80))}
                  </button>
                )}
              </li>
            );
          })}
        </ol>
      )}
      {callSite !== undefined && callSite.length > 0 && (
        <ol class="call-site" aria-label="Where the application made it">
          {callSite.map((frame, index) => (
            <li key={index}>
              <Text text={frame} />
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}

/** In order. Looked for in the lines: it is asked for one request at a time. */
function requestsOfCall(trace: Trace, { call }: RoundTripRecord): number[] {
  const needle = `"call":{"id":${JSON.stringify(call.id)},`;
  const found: number[] = [];
  for (const [request, line] of trace.requests.line.entries()) if (line.includes(needle)) found.push(request);
  return found.sort((a, b) => trace.requests.start.at(a) - trace.requests.start.at(b));
}
