import type { JSX } from 'preact';
import type { HeaderField } from '../../../src/record/types.ts';
import { Text } from '../text.tsx';

export function HeaderTable({
  fields,
  label,
}: {
  readonly fields: readonly HeaderField[];
  readonly label: string;
}): JSX.Element | null {
  if (fields.length === 0) return null;
  return (
    <table class="header" aria-label={label}>
      <tbody>
        {fields.map(([name, value], index) => (
          <tr key={index}>
            <th scope="row">
              <Text text={name} />
            </th>
            <td>{value === '[redacted]' ? <span class="redacted">redacted</span> : <Text text={value} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
