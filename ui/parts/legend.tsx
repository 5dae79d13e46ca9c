import type { JSX } from 'preact';
import { PHASES } from '../../src/view/layout.ts';

export function Legend(): JSX.Element {
  return (
    <footer class="legend">
      <ul aria-label="Signs of the timeline">
        {PHASES.map((phase) => (
          <li key={phase}>
            <i class={`swatch ${phase}`} aria-hidden="true" />
            {phase}
          </li>
        ))}
        <li>◆ 1xx response</li>
        <li>× failed</li>
        <li>… not finished</li>
      </ul>
    </footer>
  );
}
