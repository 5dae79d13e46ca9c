import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { departures } from '../../conformance/departures.ts';
import { inParallel } from '../../conformance/parallel.ts';
import { readRecording } from '../../conformance/recording.ts';
import { recordedReference } from '../../conformance/reference.ts';
import { scenarios } from '../../conformance/scenarios/index.ts';
import type { Run } from '../../conformance/sequence.ts';
import { compareScenario, unexplainedDepartures } from '../../conformance/suite.ts';
import { certs } from '../helpers/certs.ts';

const names = scenarios.map(({ name }) => name);

describe('scenarios', () => {
  it('have names and titles of their own', () => {
    const titles = scenarios.map(({ title }) => title);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(titles).size).toBe(titles.length);
    expect(names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))).toEqual([]);
  });

  it('survive being written as JSON, because Go reads them so', () => {
    expect(JSON.parse(JSON.stringify(scenarios))).toEqual(scenarios);
  });

  it('each have a recording of Go with each of their schemes', async () => {
    for (const { name, schemes } of scenarios) {
      expect(Object.keys((await readRecording(name))?.runs ?? {})).toEqual(schemes);
    }
  });

  it('each have a sequence or an argument that no other with the same scheme has', async () => {
    const users = new Map<string, string[]>();
    for (const { name, schemes } of scenarios) {
      const recording = await readRecording(name);
      for (const scheme of schemes) {
        const key = `${scheme} ${signature(recording?.runs[scheme])}`;
        users.set(key, [...(users.get(key) ?? []), name]);
      }
    }
    const alone = new Set([...users.values()].filter(({ length }) => length === 1).flat());
    expect(names.filter((name) => !alone.has(name))).toEqual([]);
  });

  it('give Go’s recorded sequences with every client, or exactly the listed differences', async () => {
    const compared = await inParallel(scenarios, async (scenario) =>
      compareScenario(scenario, recordedReference, certs()),
    );
    const differing = compared.flat().flatMap(({ scenario, client, scheme, verdict }) => {
      if (verdict.kind !== 'differs') return [];
      return [{ scenario: scenario.name, client: client.name, scheme, reasons: verdict.reasons }];
    });
    expect(differing).toEqual([]);
  }, 120_000);
});

/** What makes a scenario one of its own: its events and what its callers got, but not how many bytes they read. */
function signature(run: Run | undefined): string {
  const outcomes = run?.outcomes.map(({ request, status, error }) => ({ request, status, error }));
  return JSON.stringify([run?.events, outcomes]);
}

describe('departures', () => {
  it('each have a line in docs/fidelity.md', async () => {
    expect(await unexplainedDepartures()).toEqual([]);
  });

  it('name scenarios that exist', () => {
    const named = departures.flatMap((departure) => departure.scenarios);
    expect(named.filter((name) => !names.includes(name))).toEqual([]);
  });

  it('are listed for every scenario that docs/fidelity.md names as showing one', async () => {
    const text = await readFile('docs/fidelity.md', 'utf8');
    for (const line of text.split('\n').filter((one) => one.startsWith('| `'))) {
      const [id = '', ...quoted] = [...line.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
      const shown = departures
        .filter((departure) => departure.id === id)
        .flatMap(({ scenarios: shows }) => shows);
      for (const name of quoted.filter((word) => names.includes(word))) expect(shown).toContain(name);
    }
  });
});
