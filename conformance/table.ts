import type { Client } from './clients.ts';
import type { FidelityLine } from './fidelity-line.ts';
import type { Comparison } from './suite.ts';

/** The table scenario × client, with a last line that counts. A client that cannot run a scenario has `-`. */
export function drawTable(comparisons: readonly Comparison[], clients: readonly Client[]): string {
  const scenarios = [...new Set(comparisons.map(({ scenario }) => scenario.name))];
  const cell = (scenario: string, client: Client): string => {
    const found = comparisons.filter((one) => one.scenario.name === scenario && one.client === client);
    // One text for the schemes of a client that are alike.
    const texts = new Map<string, string[]>();
    for (const { scheme, verdict } of found) {
      const text = describe(verdict);
      texts.set(text, [...(texts.get(text) ?? []), scheme]);
    }
    const [only] = texts.keys();
    if (texts.size <= 1) return only ?? '-';
    return [...texts].map(([text, schemes]) => `${schemes.join('+')} ${text}`).join('; ');
  };
  const rows = [
    ['scenario', ...clients.map(({ name }) => name)],
    ...scenarios.map((scenario) => [scenario, ...clients.map((client) => cell(scenario, client))]),
  ];
  const widths = ['scenario', ...clients].map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row) => row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  '));
  return [...lines.map((line) => line.trimEnd()), '', summary(scenarios.length, comparisons)].join('\n');
}

/** What docs/fidelity.md says of the differences in `comparisons`, each line once. */
export function drawLines(
  comparisons: readonly Comparison[],
  lines: ReadonlyMap<string, FidelityLine>,
): string {
  const listed = comparisons.flatMap(({ verdict }) => (verdict.kind === 'listed' ? verdict.ids : []));
  return [...new Set(listed)]
    .toSorted()
    .map((id) => {
      const line = lines.get(id);
      if (line === undefined) return id;
      return `${id} (${line.place})\n  Go:   ${line.go}\n  here: ${line.here}`;
    })
    .join('\n');
}

function describe(verdict: Comparison['verdict']): string {
  switch (verdict.kind) {
    case 'equal':
      return 'equal';
    case 'listed':
      return `listed: ${verdict.ids.join(', ')}`;
    case 'differs':
      return 'DIFFERS';
    case 'leftOut':
      return `left out: ${verdict.reason}`;
    case 'cannot':
      return '-';
  }
}

function summary(scenarios: number, comparisons: readonly Comparison[]): string {
  const count = (kind: Comparison['verdict']['kind']): number =>
    comparisons.filter(({ verdict }) => verdict.kind === kind).length;
  const parts = [
    `${scenarios} scenarios, ${comparisons.length - count('cannot')} comparisons: ${count('equal')} equal`,
    `${count('listed')} different as docs/fidelity.md says`,
    `${count('differs')} different`,
  ];
  if (count('cannot') > 0) parts.push(`${count('cannot')} that the client cannot do`);
  if (count('leftOut') > 0) parts.push(`${count('leftOut')} left out`);
  return parts.join(', ');
}
