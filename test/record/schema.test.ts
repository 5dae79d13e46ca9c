import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import packageJson from '../../package.json' with { type: 'json' };
import { RECORD_VERSION, type ConnectionRecord, type RoundTripRecord } from '../../src/index.ts';
import { HOOK_NAMES } from '../../src/trace/hooks.ts';
import { expectValid, invalid, schema, type Definition } from './valid.ts';

/** `T` with every optional field, at every depth; a cause need not have all of them. */
type Full<T> = T extends readonly unknown[]
  ? { readonly [K in keyof T]: Full<T[K]> }
  : T extends object
    ? { readonly [K in keyof T]-?: K extends 'cause' ? NonNullable<T[K]> : Full<NonNullable<T[K]>> }
    : T;

const process = { pid: 7, threadId: 0, node: 'v24.21.0' };
const id = '7-0-1';
const endpoint = { address: '127.0.0.1', port: 443 };
const error = {
  name: 'Error',
  message: 'read ECONNRESET',
  code: 'ECONNRESET',
  syscall: 'read',
  phase: 'receive',
  cause: { name: 'Error', message: 'why' },
} as const;
const tls = {
  version: 'TLSv1.3',
  cipher: 'TLS_AES_128_GCM_SHA256',
  alpnProtocol: 'http/1.1',
  serverName: 'example.test',
  resumed: false,
  authorized: false,
  authorizationError: 'CERT_HAS_EXPIRED',
  certificate: {
    subject: 'CN=example.test',
    issuer: 'CN=authority',
    subjectAltName: 'DNS:example.test',
    validFrom: 1_000,
    validTo: 2_000,
    fingerprint256: Array.from({ length: 32 }, () => 'A0').join(':'),
  },
};
const roundTrip: Full<RoundTripRecord> = {
  type: 'roundTrip',
  version: RECORD_VERSION,
  id,
  call: { id, attempt: 1, reason: 'first', known: false },
  process,
  client: { name: 'https', version: 'v24.21.0' },
  intercepted: false,
  wallTime: 1_753_800_000_000.5,
  start: 1000.5,
  duration: 3,
  phases: [
    { name: 'wait', start: 0, duration: 1, busy: 0.5 },
    { name: 'receive', start: 1, duration: 2, busy: 2 },
  ],
  events: [{ name: 'roundTripDone', time: 1003.5, detail: { error: 'ECONNRESET', count: 1, last: true } }],
  request: {
    method: 'GET',
    url: 'https://example.test/?a=[redacted]',
    httpVersion: '1.1',
    header: [['Host', 'example.test']],
    wireBytes: 40,
  },
  informational: [{ status: 103, time: 1001, header: [['link', '</a>']] }],
  response: {
    status: 200,
    statusText: 'OK',
    httpVersion: '1.1',
    header: [['Date', 'now']],
    trailers: [['Digest', 'x']],
    serverTiming: [{ name: 'db', duration: 1.5, description: 'query' }],
    wireBytes: 100,
    bodyBytes: 10,
  },
  connection: {
    id: '7-0-2',
    openedBy: id,
    reused: true,
    wasIdle: true,
    idleTime: 12.5,
    served: 1,
    protocol: 'http/1.1',
    transport: 'tcp',
    local: endpoint,
    remote: endpoint,
    proxy: 'proxy.test:3128',
    tls,
    after: 'closed',
    closeReason: 'error',
  },
  dial: {
    used: false,
    host: 'example.test',
    addresses: ['127.0.0.1'],
    attempts: [{ network: 'tcp', addr: '127.0.0.1:443', start: 0.5, duration: 1, error }],
    tls,
  },
  outcome: 'error',
  error,
  callSite: ['main (file:///app/main.js:1:1)'],
};
const connection: Full<ConnectionRecord> = {
  type: 'connection',
  version: RECORD_VERSION,
  id: '7-0-2',
  process,
  openedBy: id,
  opened: 1001,
  wallTime: 1_753_800_000_001,
  served: 2,
  protocol: 'http/1.1',
  transport: 'tcp',
  local: endpoint,
  remote: endpoint,
  proxy: 'proxy.test:3128',
  tls,
  closed: { time: 1003.5, reason: 'error', error },
};

/** The interfaces of types.ts, in the form in which oxfmt writes them: each with its fields, and whether each is optional. */
function interfacesOfTypes(): Map<string, Map<string, boolean>> {
  const source = readFileSync(new URL('../../src/record/types.ts', import.meta.url), 'utf8');
  const interfaces = new Map<string, Map<string, boolean>>();
  let path: string[] = [];
  for (const line of source.split('\n')) {
    const [, indent = '', field, optional, rest] =
      /^( *)readonly (\w+)(\??): (.*)$/.exec(line.replace(/\{ readonly .* \};/, ';')) ?? [];
    const declared = /^export interface (\w+)/.exec(line)?.[1];
    if (declared !== undefined) path = [declared];
    if (field === undefined) continue;
    path = path.slice(0, indent.length / 2);
    const name = path.join('.');
    const fields = interfaces.get(name) ?? new Map<string, boolean>();
    interfaces.set(name, fields.set(field, optional === '?'));
    if (rest === '{') path = [...path, field];
  }
  return interfaces;
}

function definitionOf(path: string): Definition | undefined {
  const [name = '', ...fields] = path.split('.');
  return fields.reduce<Definition | undefined>(
    (definition, field) => definition?.properties?.[field],
    schema.$defs[name],
  );
}

function objectsOf(definition: Definition): Definition[] {
  const inner = Object.values(definition.properties ?? {}).flatMap(objectsOf);
  return definition.properties === undefined ? inner : [definition, ...inner];
}

describe('the JSON Schema of records', () => {
  it('takes a round trip and a connection with every field that the types have', () => {
    expectValid(roundTrip);
    expectValid(connection);
  });

  it('has the fields of the types, required where they are', () => {
    const interfaces = interfacesOfTypes();
    expect(interfaces.size).toBeGreaterThan(15);
    for (const [name, fields] of interfaces) {
      const definition = definitionOf(name);
      expect(Object.keys(definition?.properties ?? {}).toSorted(), name).toEqual(
        [...fields.keys()].toSorted(),
      );
      const required = [...fields].filter(([, optional]) => !optional).map(([field]) => field);
      expect((definition?.required ?? []).toSorted(), name).toEqual(required.toSorted());
    }
  });

  it('allows no other fields, anywhere', () => {
    for (const [name, definition] of Object.entries(schema.$defs)) {
      for (const object of objectsOf(definition)) expect(object.additionalProperties, name).toBe(false);
    }
    expect(invalid({ ...roundTrip, more: 1 })).toMatch(/additional properties/);
    expect(invalid({ ...roundTrip, request: { ...roundTrip.request, body: '' } })).toMatch(/additional/);
    expect(invalid({ ...connection, more: 1 })).toMatch(/additional properties/);
  });

  it('refuses a record without a required field, of another version or with a phase of no length', () => {
    for (const key of schema.$defs.RoundTripRecord?.required ?? []) {
      const { [key]: _removed, ...rest } = roundTrip as Record<string, unknown>;
      expect(invalid(rest), key).toBeDefined();
    }
    expect(invalid({ ...roundTrip, version: 2 })).toBeDefined();
    expect(invalid({ ...roundTrip, phases: [{ name: 'wait', start: 0, duration: 0 }] })).toBeDefined();
    expect(invalid({ ...roundTrip, duration: null })).toBeDefined();
  });

  it('knows the version and the names of the events', () => {
    expect(schema.$defs.RoundTripRecord?.properties?.version?.const).toBe(RECORD_VERSION);
    const names = schema.$defs.RecordedEvent?.properties?.name?.enum;
    // Fields are in the request's head already.
    const recorded = HOOK_NAMES.filter((name) => name !== 'wroteHeaderField');
    expect(new Set(names)).toEqual(new Set(recorded));
  });

  it('describes every number: in what unit, since when', () => {
    const bare = Object.entries(schema.$defs).flatMap(([name, definition]) =>
      objectsOf(definition).flatMap(({ properties = {} }) =>
        Object.entries(properties)
          .filter(([, { type, description }]) => type === 'number' && description === undefined)
          .map(([key]) => `${name}.${key}`),
      ),
    );
    expect(bare).toEqual([]);
  });

  it('is in the package', () => {
    expect(packageJson.files).toContain('schema');
    const target: string = packageJson.exports['./schema.json'];
    expect(JSON.parse(readFileSync(new URL(`../../${target}`, import.meta.url), 'utf8'))).toEqual(schema);
  });
});
