import { quoteArgument } from './args.ts';
import { CLIENTS, type ClientName } from './clients.ts';
import { UsageError } from './errors.ts';
import { suggest } from './suggest.ts';

/**
 * Reads the name of a client.
 *
 * @throws UsageError when it is not one, with the one that was probably meant.
 */
export function readClient(value: string, written: string): ClientName {
  const name = value.trim().toLowerCase();
  const known = CLIENTS.find((client) => client === name);
  if (known !== undefined) return known;
  const near = suggest(name, CLIENTS);
  const hint = near === undefined ? `it is one of ${CLIENTS.join(', ')}` : `did you mean ${near}?`;
  throw new UsageError(`unknown client "${quoteArgument(value)}" for ${written}: ${hint}`);
}

/**
 * Reads what `--compare` compares; an empty value stands for all.
 *
 * @throws UsageError for an unknown or repeated client, and for fewer than two.
 */
export function readComparedClients(value: string, written: string): readonly ClientName[] {
  if (value === '') return CLIENTS;
  const names = value.split(',').map((name) => readClient(name, written));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new UsageError(`${twice} stands twice in ${written} ${quoteArgument(value)}`);
  if (names.length < 2) {
    throw new UsageError(`${written} needs two clients or more, as in ${written} ${names[0]},http2`);
  }
  return names;
}
