import type { JSX } from 'preact';
import { explainFailure } from '../../../src/view/explain.ts';
import { significantError } from '../../../src/view/significant-error.ts';
import type { ErrorRecord, RoundTripRecord } from '../../../src/record/types.ts';
import { Text } from '../text.tsx';

/** An error whose causes go on was not thrown by a program. */
const MOST_CAUSES = 8;

/** What went wrong, in words. The advice of the terminal is left out: it names options of the command. */
export function Failure({ record }: { readonly record: RoundTripRecord }): JSX.Element | null {
  const { error } = record;
  const explanation = explainFailure(record);
  if (error === undefined || explanation === undefined) return null;
  const { code } = significantError(error);
  const phase = error.phase === undefined ? '' : ` in phase ${error.phase}`;
  return (
    <div class="failure">
      <p class="what">
        Failed{phase}: <Text text={explanation.what} />
        {code !== undefined && (
          <>
            {' '}
            (<Text text={code} />)
          </>
        )}
      </p>
      <p>
        <Text text={explanation.why} />
      </p>
      <ul class="original" aria-label="Error and its causes">
        {withCauses(error).map(({ name, message }, index) => (
          <li key={index}>
            {index > 0 && 'caused by '}
            <Text text={`${name}: ${message}`} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function withCauses(error: ErrorRecord): ErrorRecord[] {
  const errors: ErrorRecord[] = [];
  for (
    let next: ErrorRecord | undefined = error;
    next !== undefined && errors.length < MOST_CAUSES;
    next = next.cause
  )
    errors.push(next);
  return errors;
}
