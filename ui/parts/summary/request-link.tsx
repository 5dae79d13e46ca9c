import type { ComponentChildren, JSX } from 'preact';
import { usePageState } from '../../state/context.ts';
import { showRequest } from '../../state/navigation.ts';

/** Goes to a request among the others. As text when the page does not have it any more. */
export function RequestLink({
  id,
  children,
}: {
  readonly id: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  const state = usePageState();
  if (!state.trace.requests.id.includes(id)) return <>{children}</>;
  return (
    <button type="button" class="link" onClick={() => showRequest(state, id)}>
      {children}
    </button>
  );
}
