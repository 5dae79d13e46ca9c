import { compareTimes, mostDifferent } from './compare-table.ts';
import type { ComparedClient } from './compare.ts';
import { protocolText } from './describe-connection.ts';
import { formatDuration, plural } from './format.ts';
import { countConnections, medianOf } from './stats.ts';

/** Below this share of the slowest a difference is none worth telling. */
const SAME = 0.05;

/** What a client did in some respect, as the end of a sentence about it; empty when there is nothing to say. */
type Predicate = (client: ComparedClient) => string;

/** Says in plain words where clients differ in what they did with the same request. */
export function comparisonNotes(all: readonly ComparedClient[]): string[] {
  const failures = failureNotes(all);
  const clients = all.filter(({ calls, failed }) => calls.length > 0 && failed === 0);
  const [first] = clients;
  if (first === undefined || clients.length < 2) return failures;
  const differences = PREDICATES.flatMap((predicate) => differenceNote(clients, predicate));
  const same = `${everybody(clients)} ${spokeProtocol(first)} and ${openedConnections(first)}.`;
  return [...failures, ...(differences.length === 0 ? [same] : differences), ...timeNotes(clients)];
}

const PREDICATES: readonly Predicate[] = [
  spokeProtocol,
  openedConnections,
  wastedDials,
  reachedAddress,
  agreedOnTls,
  gotStatus,
  gotCoding,
];

function spokeProtocol({ shown }: ComparedClient): string {
  const protocols = new Set(shown.flatMap(({ response }) => response?.httpVersion ?? []));
  return `spoke ${[...protocols].map(protocolText).join(' and ')}`;
}

function openedConnections({ shown }: ComparedClient): string {
  return `opened ${plural(countConnections([shown]).opened, 'connection')}`;
}

function wastedDials({ shown }: ComparedClient): string {
  const wasted = shown.filter(({ dial, connection }) => dial?.used === false && connection !== undefined);
  return wasted.length === 0 ? '' : `began ${plural(wasted.length, 'connection')} more that came too late`;
}

function reachedAddress({ shown }: ComparedClient): string {
  const addresses = new Set(shown.flatMap(({ connection }) => connection?.remote?.address ?? []));
  return addresses.size === 0 ? '' : `connected to ${[...addresses].join(' and ')}`;
}

function agreedOnTls({ shown }: ComparedClient): string {
  const versions = new Set(shown.flatMap(({ connection }) => connection?.tls?.version ?? []));
  return versions.size === 0 ? '' : `agreed on ${[...versions].join(' and ')}`;
}

function gotStatus({ shown }: ComparedClient): string {
  return `got status ${shown.at(-1)?.response?.status ?? 'unknown'}`;
}

function gotCoding({ shown }: ComparedClient): string {
  const fields = shown.at(-1)?.response?.header ?? [];
  const coding = fields.find(([name]) => name.toLowerCase() === 'content-encoding')?.[1];
  return coding === undefined ? 'got the body as it is' : `got the body compressed (${coding})`;
}

/** `undici and http2 spoke HTTP/2, fetch and http spoke HTTP/1.1.`; nothing when all did the same. */
function differenceNote(clients: readonly ComparedClient[], predicate: Predicate): string[] {
  const groups = new Map<string, string[]>();
  for (const client of clients) {
    const did = predicate(client);
    groups.set(did, [...(groups.get(did) ?? []), client.name]);
  }
  if (groups.size < 2) return [];
  groups.delete('');
  return [`${[...groups].map(([did, names]) => `${listed(names)} ${did}`).join(', ')}.`];
}

function failureNotes(clients: readonly ComparedClient[]): string[] {
  const none = clients.filter(({ calls, failed }) => failed > 0 && calls.length === 0);
  const some = clients.filter(({ calls, failed }) => failed > 0 && calls.length > 0);
  return [
    ...(none.length === 0 ? [] : [`${listed(none.map(({ name }) => name))} failed.`]),
    ...some.map(
      ({ name, calls, failed }) => `${failed} of ${failed + calls.length} requests of ${name} failed.`,
    ),
  ];
}

function timeNotes(clients: readonly ComparedClient[]): string[] {
  const timed = clients
    .map((client) => ({ client, total: medianOf(client.calls, 'total') ?? 0 }))
    .sort((a, b) => a.total - b.total);
  const [fastest] = timed;
  const slowest = timed.at(-1);
  if (fastest === undefined || slowest === undefined || slowest.total === 0) return [];
  const longer = slowest.total - fastest.total;
  const many = clients.some(({ calls }) => calls.length > 1);
  const hint = many ? '' : ' One request each tells little: -n 10 compares medians.';
  if (longer < slowest.total * SAME) return [`${everybody(clients)} took about the same time.${hint}`];
  const phase = mostDifferent(compareTimes([slowest.client, fastest.client]).filter(isLonger));
  // Nor when others make up for it.
  const isMost = phase !== undefined && phase.difference >= longer * 0.5 && phase.difference <= longer * 1.5;
  const where = isMost ? `, most of it in ${phase.metric}` : '';
  return [
    `${fastest.client.name} was fastest with ${formatDuration(fastest.total)}, ${slowest.client.name} took ${formatDuration(longer)} longer${where}.${hint}`,
  ];
}

function everybody({ length }: readonly ComparedClient[]): string {
  return length === 2 ? 'Both' : `All ${length}`;
}

/** Than the second, in a comparison of two. */
function isLonger({ values }: { readonly values: readonly (number | undefined)[] }): boolean {
  return (values[0] ?? 0) > (values[1] ?? 0);
}

/** `a`, `a and b`, `a, b and c`. */
function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
