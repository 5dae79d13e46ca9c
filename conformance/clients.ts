import type { ClientName } from './departures.ts';
import { playNode } from './node.ts';
import type { Need, Scenario, Scheme } from './scenario.ts';
import type { Player } from './sequence.ts';

/** A client of the table's columns. */
export interface Client {
  readonly name: ClientName;
  readonly schemes: readonly Scheme[];
  readonly play: Player;
  /** What it cannot do, and why. */
  readonly lacks: Readonly<Partial<Record<Need, string>>>;
}

const nodeLacks: Client['lacks'] = {
  redirects: 'node:http leaves redirects to its caller',
  'handshake-timeout': 'node:https has no limit for a handshake of its own',
  'header-timeout': 'node:http has a limit for silence only',
  'queue-abort': 'node:http tells an aborted request that waits for a connection so when it gets one',
  'checked-length': 'node:http checks the length of a body after it has sent it, and only when told to',
};

export const clients: readonly Client[] = [
  {
    name: 'http',
    schemes: ['http'],
    play: playNode,
    lacks: { ...nodeLacks, 'tls-proxy': 'there is no agent for it' },
  },
  {
    name: 'https',
    schemes: ['https'],
    play: playNode,
    lacks: {
      ...nodeLacks,
      'proxy-refusal': 'https-proxy-agent gives the refusal of a proxy as the response of the origin',
    },
  },
];

/** Why a client cannot run a scenario; undefined when it can. */
export function reasonNotTo({ lacks }: Client, { needs = [] }: Scenario): string | undefined {
  for (const need of needs) if (lacks[need] !== undefined) return lacks[need];
  return undefined;
}
