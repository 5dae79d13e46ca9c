import type { JSX } from 'preact';
import { PHASES } from '../../src/view/layout.ts';

export function Legend(): JSX.Element {
  return (
    <footer class="legend">
      <ul aria-label="Colours of the phases">
        {PHASES.map((phase) => (
          <li key={phase}>
            <i class={`swatch ${phase}`} aria-hidden="true" />
            {phase}
          </li>
        ))}
      </ul>
    </footer>
  );
}
