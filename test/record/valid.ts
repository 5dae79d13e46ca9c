import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';

import type { ConnectionRecord, RoundTripRecord } from '../../src/index.ts';

/** The published schema. */
export const schema = JSON.parse(
  readFileSync(new URL('../../schema/round-trip-record.v1.schema.json', import.meta.url), 'utf8'),
) as { readonly $defs: Readonly<Record<string, Definition>> }; // draft 2020-12; what tests look at

/** A definition of the schema, as far as tests look at it. */
export interface Definition {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Definition>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
}

const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
const validator = ajv.compile(schema);

/** What is wrong with `record` by the published schema; undefined when nothing is. */
export function invalid(record: unknown): string | undefined {
  return validator(record) ? undefined : ajv.errorsText(validator.errors);
}

/** Fails unless `record` is data by the schema, survives JSON, and its phases partition its duration. */
export function expectValid<R extends RoundTripRecord | ConnectionRecord>(record: R): R {
  // What is undefined, -0, NaN or no plain object does not survive.
  expect(JSON.parse(JSON.stringify(record))).toStrictEqual(record);
  const why = invalid(record);
  if (why !== undefined) expect.fail(`${why}\n${JSON.stringify(record, undefined, 1)}`);
  if (record.type === 'roundTrip') expectPartition(record.phases, record.duration);
  return record;
}

const ORDER = ['queued', 'dns', 'connect', 'proxy', 'tls', 'send', 'wait', 'receive'];

/** Fails unless `phases` follow one another in the known order, without gap or overlap, and add up to `duration`. */
export function expectPartition(phases: RoundTripRecord['phases'], duration: number): void {
  let end = 0;
  for (const phase of phases) {
    expect(phase.start).toBeCloseTo(end, 6);
    expect(phase.duration).toBeGreaterThan(0);
    end = phase.start + phase.duration;
  }
  expect(end).toBeCloseTo(duration, 6);
  const names = phases.map(({ name }) => name);
  expect(names).toEqual(ORDER.filter((name) => names.some((one) => one === name)));
}
