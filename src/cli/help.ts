import { wrapWords } from '../view/text.ts';
import { EXIT_MEANINGS } from './exit-codes.ts';
import { definitions, helpWidth, optionGroups } from './help-page.ts';
import { OPTION_TABLE } from './option-table.ts';

/** The manual page, as lines that fit the width. */
export function helpLines(columns: number): string[] {
  const width = helpWidth(columns);
  return [
    'httptrace - see where the time of an HTTP request goes',
    '',
    'Usage: httptrace [options] URL...',
    '       httptrace COMMAND ...',
    '',
    ...wrapWords(
      'Sends a request and draws what happened on the way: DNS, connecting, TLS, sending, waiting, receiving, each with its time. A URL without scheme is http. Options are those of curl where curl has them. The command first sends a request to itself on loopback, so that its own start is not measured.',
      width,
    ),
    '',
    'Commands',
    ...definitions(COMMANDS, 24, width),
    '',
    'Phases',
    ...definitions(PHASE_MEANINGS, 12, width),
    ...optionGroups(OPTION_TABLE, width),
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

const COMMANDS: readonly (readonly [string, string])[] = [
  ['run -- PROGRAM ...', 'Show every request that a program makes.'],
  ['show FILE', 'Draw saved records again.'],
  ['diff FILE FILE', 'Compare two runs.'],
  ['report FILE', 'Make a page of saved records.'],
  ['COMMAND --help', 'Tells more. A host of such a name is written as http://show.'],
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
