import { padEnd, wrapWords } from '../view/text.ts';
import { EXIT_MEANINGS } from './exit-codes.ts';
import { OPTION_TABLE, type OptionGroup, type OptionSpec } from './option-table.ts';

const GROUPS: readonly OptionGroup[] = [
  'Client',
  'Request',
  'Redirects',
  'Connection',
  'TLS',
  'Limits',
  'Repeating',
  'Output',
  'Other',
];
const SPECS: readonly OptionSpec[] = OPTION_TABLE;
const MOST_COLUMNS = 100;
const LEAST_COLUMNS = 60;

/** The manual page, as lines that fit the width. */
export function helpLines(columns: number): string[] {
  const width = Math.max(LEAST_COLUMNS, Math.min(MOST_COLUMNS, columns));
  return [
    'httptrace - see where the time of an HTTP request goes',
    '',
    'Usage: httptrace [options] URL...',
    '',
    ...wrapWords(
      'Sends a request and draws what happened on the way: DNS, connecting, TLS, sending, waiting, receiving, each with its time. A URL without scheme is http. Options are those of curl where curl has them. The command first sends a request to itself on loopback, so that its own start is not measured.',
      width,
    ),
    '',
    'Phases',
    ...definitions(PHASE_MEANINGS, 12, width),
    ...GROUPS.flatMap((group) => ['', group, ...optionLines(group, width)]),
    '',
    'Exit codes',
    ...definitions(
      EXIT_MEANINGS.map(([code, meaning]) => [String(code), meaning]),
      6,
      width,
    ),
    '',
    'Environment',
    ...definitions(ENVIRONMENT, 26, width),
    '',
    'Secrets',
    ...wrapWords(
      'Values of Authorization, Cookie and the like are never shown, nor are query values in --json. The URL in the picture is shown as you typed it, without user and password.',
      width - 2,
    ).map((line) => `  ${line}`),
    '',
    'Examples',
    ...EXAMPLES.flatMap(([command, meaning]) => [
      `  ${command}`,
      ...wrapWords(meaning, width - 6).map((line) => `      ${line}`),
    ]),
  ];
}

const PHASE_MEANINGS: readonly (readonly [string, string])[] = [
  ['queued', 'Waiting for a connection: for a free one, or for Node to begin opening one.'],
  ['dns', 'Looking up the name.'],
  ['connect', 'Opening the connection, all addresses that were tried.'],
  ['proxy', 'Asking a proxy for a tunnel.'],
  ['tls', 'TLS handshake.'],
  ['send', 'Writing the request.'],
  ['wait', 'From the request to the first byte of the response.'],
  ['receive', 'From the first byte of the response to the last.'],
];

const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ['http_proxy, https_proxy', 'Proxy for http and https URLs (HTTPS_PROXY too); all_proxy for both.'],
  ['no_proxy', 'Hosts to reach without proxy.'],
  ['NO_COLOR, FORCE_COLOR', 'No colours; colours also into a pipe.'],
  ['COLUMNS', 'Width, when the output is not a terminal.'],
  ['LC_ALL, LC_CTYPE, LANG', 'Without UTF-8 in them the picture is drawn in ASCII.'],
];

const EXAMPLES: readonly (readonly [string, string])[] = [
  ['httptrace https://example.com', 'One request.'],
  ['httptrace -L example.com', 'Follow redirects.'],
  [
    'httptrace -n 50 https://example.com',
    'The distribution of each phase over 50 requests on one connection.',
  ],
  [
    "httptrace -n 50 --slo 'p95(ttfb)<200ms' https://example.com",
    'Fail with exit code 4 when the server is too slow.',
  ],
  ['httptrace -d @order.json -H "Content-Type: application/json" https://example.com/orders', 'Send a file.'],
  [
    'httptrace --resolve example.com:443:127.0.0.1 -k https://example.com',
    'Talk to another machine under that name.',
  ],
  [
    'httptrace --compare https://example.com',
    'The same request with undici, fetch, node:http and node:http2.',
  ],
  ['httptrace --json https://example.com', 'The record as JSON, for other programs.'],
];

function optionLines(group: OptionGroup, width: number): string[] {
  const entries = SPECS.filter((spec) => spec.group === group).map((spec): [string, string] => {
    const short = spec.short === undefined ? '    ' : `-${spec.short}, `;
    return [`${short}--${spec.name}${argumentText(spec)}`, spec.help];
  });
  return definitions(entries, 30, width);
}

function argumentText({ arg, isArgument }: OptionSpec): string {
  if (arg === undefined) return '';
  return isArgument === undefined ? ` ${arg}` : ` [${arg}]`;
}

/** Terms in a column, their meaning beside them, or below when the term is too long. */
function definitions(
  entries: readonly (readonly [string, string])[],
  column: number,
  width: number,
): string[] {
  return entries.flatMap(([term, meaning]) => {
    const text = wrapWords(meaning, width - column - 2);
    const indent = ' '.repeat(column + 2);
    if (term.length > column - 2) return [`  ${term}`, ...text.map((line) => indent + line)];
    const [first = '', ...rest] = text;
    return [`  ${padEnd(term, column)}${first}`, ...rest.map((line) => indent + line)];
  });
}
