import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { departures } from '../../conformance/departures.ts';
import { readRecording } from '../../conformance/recording.ts';
import { recordedReference } from '../../conformance/reference.ts';
import { scenarios } from '../../conformance/scenarios/index.ts';
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

  it('each have a sequence or an argument that no other has', async () => {
    const recordings = await Promise.all(names.map(readRecording));
    const runs = recordings.map((recording) => JSON.stringify(recording?.runs));
    expect(names.filter((_, index) => runs.indexOf(runs[index] ?? '') !== index)).toEqual([]);
  });

  it('give Go’s recorded sequences with every client, or exactly the listed differences', async () => {
    for (const scenario of scenarios) {
      for (const { client, verdict } of await compareScenario(scenario, recordedReference, certs())) {
        const reasons = verdict.kind === 'differs' ? verdict.reasons : [];
        expect({ scenario: scenario.name, client: client.name, reasons }).toMatchObject({ reasons: [] });
      }
    }
  }, 60_000);
});

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
    for (const { id, scenarios: named } of departures) {
      const line = text.split('\n').find((one) => one.startsWith(`| \`${id}\``)) ?? '';
      for (const name of named) expect(line).toContain(`\`${name}\``);
    }
  });
});
