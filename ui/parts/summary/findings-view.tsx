import type { JSX } from 'preact';
import { formatDuration } from '../../../src/view/format.ts';
import type { Finding } from '../../../src/analyze/findings/finding.ts';
import { usePageState } from '../../state/context.ts';
import { plainText } from '../../words/safe-text.ts';
import { Prose } from '../prose.tsx';
import { Text } from '../text.tsx';
import { RequestLink } from './request-link.tsx';

const MOST_EXAMPLES = 5;

/** What is wrong or could be better, with the evidence. */
export function FindingsView(): JSX.Element {
  const { feed, summary } = usePageState();
  const findings = summary.value?.findings ?? [];
  if (findings.length === 0)
    return (
      <p class="emptiness">
        {feed.value.kind === 'reading' ? 'Reading the trace…' : 'Nothing found that could be better.'}
      </p>
    );
  return (
    <>
      <h2 class="unseen">Findings</h2>
      <ol class="findings">
        {findings.map((finding) => (
          <FindingItem key={`${finding.kind} ${finding.origin} ${finding.title}`} finding={finding} />
        ))}
      </ol>
    </>
  );
}

function FindingItem({ finding }: { readonly finding: Finding }): JSX.Element {
  const { trace } = usePageState();
  const { severity, origin, title, evidence, advice, records, cost } = finding;
  return (
    <li class={severity}>
      <h3>
        <span class="severity">{severity === 'warning' ? 'Warning' : 'Note'}</span> <Text text={title} />
        {origin !== undefined && (
          <span class="where">
            {' '}
            <Text text={origin.slice(0, 200)} />
          </span>
        )}
      </h3>
      <p>
        <Prose text={evidence} />
        {cost !== undefined && ` It cost ${formatDuration(cost)} in all.`}
      </p>
      <p class="advice">
        <Prose text={advice} />
      </p>
      {records.length > 0 && (
        <p class="examples">
          For example{' '}
          {records.slice(0, MOST_EXAMPLES).map((id, index) => {
            const request = trace.requests.id.indexOf(id);
            return (
              <span key={id}>
                {index > 0 && ', '}
                <RequestLink id={id}>
                  {request < 0 ? id : plainText((trace.requests.path[request] ?? id).slice(0, 60))}
                </RequestLink>
              </span>
            );
          })}
        </p>
      )}
    </li>
  );
}
