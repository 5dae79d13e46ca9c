import { FAILED, INCOMPLETE, INTERCEPTED, REUSED, type RequestColumns } from './request-columns.ts';

/** Whether a request is to be shown. */
export type Predicate = (requests: RequestColumns, request: number) => boolean;

const STATES: Readonly<Record<string, Predicate>> = {
  error: (requests, request) => requests.has(request, FAILED) || requests.status.at(request) >= 400,
  failed: (requests, request) => requests.has(request, FAILED),
  open: (requests, request) => requests.has(request, INCOMPLETE),
  mocked: (requests, request) => requests.has(request, INTERCEPTED),
  reused: (requests, request) => requests.has(request, REUSED),
  new: (requests, request) => requests.connection.at(request) >= 0 && !requests.has(request, REUSED),
};

/**
 * Reads what was typed into the search field: words that must all be in method, URL, status, error or client, and
 * `status:404`, `status:5xx`, `method:POST`, `is:error`, `>100ms`, `<2s`; a `-` before one turns it round.
 */
export function parseQuery(query: string): Predicate {
  const conditions = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '' && word !== '-')
    .map(parseWord);
  return (requests, request) => conditions.every((condition) => condition(requests, request));
}

function parseWord(word: string): Predicate {
  if (word.startsWith('-')) {
    const condition = parseCondition(word.slice(1));
    return (requests, request) => !condition(requests, request);
  }
  return parseCondition(word);
}

function parseCondition(word: string): Predicate {
  return (
    parseDuration(word) ??
    parseField(word) ??
    ((requests, request) => (requests.searched[request] ?? '').includes(word))
  );
}

function parseDuration(word: string): Predicate | undefined {
  const [, comparison, number, unit] = /^([<>])=?(\d+(?:\.\d+)?)(ms|s)?$/.exec(word) ?? [];
  if (number === undefined) return undefined;
  const limit = Number(number) * (unit === 's' ? 1000 : 1);
  return comparison === '>'
    ? (requests, request) => requests.duration.at(request) >= limit
    : (requests, request) => requests.duration.at(request) <= limit;
}

function parseField(word: string): Predicate | undefined {
  const [, field, value = ''] = /^(status|method|is|client|process):(.+)$/.exec(word) ?? [];
  switch (field) {
    case 'status':
      return parseStatus(value);
    case 'method':
      return (requests, request) =>
        requests.methods.text(requests.method.at(request)).toLowerCase() === value;
    case 'client':
      return (requests, request) =>
        requests.clients.text(requests.client.at(request)).toLowerCase().includes(value);
    case 'process':
      return (requests, request) =>
        requests.processes.text(requests.process.at(request)).split(',')[0] === value;
    case 'is':
      return Object.hasOwn(STATES, value) ? STATES[value] : undefined;
    default:
      return undefined;
  }
}

function parseStatus(value: string): Predicate | undefined {
  if (/^[1-9]xx$/.test(value)) {
    const hundred = Number(value[0]);
    return (requests, request) => Math.floor(requests.status.at(request) / 100) === hundred;
  }
  const status = Number(value);
  return Number.isInteger(status) ? (requests, request) => requests.status.at(request) === status : undefined;
}
