import type { JSX } from 'preact';
import { formatDuration } from '../../../src/view/format.ts';
import type { RoundTripRecord } from '../../../src/record/types.ts';

/** Milliseconds after which a part of them that the event loop was busy is worth a word. */
const NOTABLE_BUSY = 0.05;

export function PhaseTable({ record }: { readonly record: RoundTripRecord }): JSX.Element {
  const { phases, duration } = record;
  const isBusyKnown = phases.some((phase) => (phase.busy ?? 0) > NOTABLE_BUSY);
  return (
    <table class="phases">
      <thead>
        <tr>
          <th scope="col">Phase</th>
          <th scope="col" class="place">
            <span class="unseen">Place in the total</span>
          </th>
          <th scope="col" class="number">
            Start
          </th>
          <th scope="col" class="number">
            Duration
          </th>
          {isBusyKnown && (
            <th
              scope="col"
              class="number"
              title="Part of it in which the event loop was busy with other code"
            >
              Busy
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {phases.map((phase, index) => (
          <tr key={index} class={record.error?.phase === phase.name ? 'failed' : ''}>
            <th scope="row">
              <i class={`swatch ${phase.name}`} aria-hidden="true" />
              {phase.name}
            </th>
            <td class="place" aria-hidden="true">
              <i
                class={`span ${phase.name}`}
                style={{ left: percent(phase.start, duration), width: percent(phase.duration, duration) }}
              />
            </td>
            <td class="number">{phase.start === 0 ? '0' : formatDuration(phase.start)}</td>
            <td class="number">{formatDuration(phase.duration)}</td>
            {isBusyKnown && (
              <td class="number">
                {(phase.busy ?? 0) > NOTABLE_BUSY ? share(phase.busy ?? 0, phase.duration) : ''}
              </td>
            )}
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">total</th>
          <td class="place"></td>
          <td></td>
          <td class="number">{formatDuration(duration)}</td>
          {isBusyKnown && <td></td>}
        </tr>
      </tfoot>
    </table>
  );
}

function percent(part: number, whole: number): string {
  return `${whole > 0 ? Math.min(100, (part / whole) * 100) : 0}%`;
}

function share(part: number, whole: number): string {
  return `${Math.round(Math.min(1, whole > 0 ? part / whole : 0) * 100)} %`;
}
