import { describe, expect, it } from 'vitest';
import { clients } from '../../conformance/clients.ts';
import { departures } from '../../conformance/departures.ts';
import { fidelityLines } from '../../conformance/fidelity-line.ts';
import { scenarios } from '../../conformance/scenarios/index.ts';
import type { Comparison } from '../../conformance/suite.ts';
import { drawLines, drawTable } from '../../conformance/table.ts';

const [scenario] = scenarios;
const [client] = clients;
const lines = await fidelityLines();

function comparison(verdict: Comparison['verdict']): Comparison {
  return { scenario: scenario!, client: client!, scheme: 'http', verdict };
}

describe('the table', () => {
  it('names the line of docs/fidelity.md in the cell of a difference that stands', () => {
    const listed = comparison({ kind: 'listed', ids: ['hook-throws'] });
    const [header, row, , summary] = drawTable([listed], clients).split('\n');
    expect(header).toMatch(/^scenario +http +https/);
    expect(row).toMatch(new RegExp(`^${scenario!.name} +listed: hook-throws`));
    expect(summary).toBe(
      '1 scenarios, 1 comparisons: 0 equal, 1 different as docs/fidelity.md says, 0 different',
    );
  });

  it('is followed by those lines, each once', () => {
    const listed = comparison({ kind: 'listed', ids: ['hook-throws'] });
    const [place, go, here, ...rest] = drawLines([listed, listed], lines).split('\n');
    expect(place).toMatch(/^hook-throws \(docs\/fidelity\.md:\d+\)$/);
    expect(go).toContain('a panic in a hook ends the process');
    expect(here).toContain('the request goes on');
    expect(rest).toEqual([]);
  });

  it('is followed by nothing when nothing differs', () => {
    expect(drawLines([comparison({ kind: 'equal' })], lines)).toBe('');
  });

  it('has a line, with what Go does and what is done here, for each departure', () => {
    for (const { id } of departures) {
      const line = lines.get(id);
      expect(line?.go).not.toBe('');
      expect(line?.here).not.toBe('');
    }
  });
});
