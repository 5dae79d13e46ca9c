import type { LookupAddress, LookupOptions } from 'node:dns';
import { isIPv6 } from 'node:net';
import type { HookWatch } from './hook-watch.ts';
import type { ClientOptions } from './scenario.ts';

type Answer = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** The `lookup` option of net.connect() for a client with names of its own; nothing for others. */
export function lookupOf(
  { hosts, resolvesAfter }: ClientOptions,
  reported: HookWatch['reported'],
): {
  lookup?(host: string, options: LookupOptions, answer: Answer): void;
} {
  if (hosts === undefined) return {};
  return {
    lookup(host, options, answer) {
      const found = (hosts[host.toLowerCase().replace(/\.$/, '')] ?? []).map((address) => ({
        address,
        family: isIPv6(address) ? 6 : 4,
      }));
      const asked = resolvesAfter === undefined ? Promise.resolve() : reported(resolvesAfter);
      // A resolver does not answer before it has been asked.
      void asked.then(() => {
        const [first] = found;
        if (first === undefined) {
          answer(Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' }), '', 0);
        } else if (options.all === true) answer(null, found);
        else answer(null, first.address, first.family);
      });
    },
  };
}
