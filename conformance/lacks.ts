import type { Need } from './scenario.ts';

/** What a client cannot do, with the reason. */
type Lacks = Readonly<Partial<Record<Need, string>>>;

const nodeLacks: Lacks = {
  redirects: 'node:http leaves redirects to its caller',
  'handshake-timeout': 'node:https has no limit for a handshake of its own',
  'header-timeout': 'node:http has a limit for silence only',
  'queue-abort': 'node:http tells an aborted request that waits for a connection so when it gets one',
  'checked-length': 'node:http checks the length of a body after it has sent it, and only when told to',
};

export const httpLacks: Lacks = { ...nodeLacks, 'tls-proxy': 'there is no agent for it' };

export const httpsLacks: Lacks = {
  ...nodeLacks,
  'proxy-refusal': 'https-proxy-agent gives the refusal of a proxy as the response of the origin',
};

export const undiciLacks: Lacks = {
  expect: 'undici refuses the field Expect over HTTP/1.1',
  'unasked-continue': 'undici fails at a 100',
  'queue-abort': 'undici tells an aborted request that waits for a connection so when it gets one',
  'empty-with-length': 'undici takes the length that a 304 tells for that of a body',
  'h2-multiplex': 'undici’s pools open a connection for each request that finds none free, also over HTTP/2',
  'h2-retry': 'undici leaves a refused stream to its caller',
  'h2-goaway': 'undici ends open streams at a GOAWAY',
  'head-keeps': 'undici closes the connection after HEAD',
  'early-answer': 'undici closes the connection when a response ends before its request',
  'prompt-abort': 'undici.request() tells an abort when the dial is over',
  'shared-proxy-connection': 'undici’s ProxyAgent has connections of its own for each origin',
  'proxy-answers': 'undici’s ProxyAgent makes an error of a 407',
  'proxy-close': 'undici dials again and again when a proxy closes',
  'tls-proxy-for-http': 'undici’s ProxyAgent uses a tunnel when the proxy is reached over TLS',
  upgrade: 'undici writes the fields of an upgrade itself, and its response has no body',
  'idle-limit': 'undici has no limit for idle connections',
  'request-trailers': 'undici does not send trailers',
  'host-as-written': 'URLs are put in their normal form',
  zone: 'URLs have no zones',
  'alpn-as-told': 'undici offers http/1.1, and h2 when allowed, by itself',
  socks: 'undici’s agent for SOCKS5 is experimental',
};

export const undici6Lacks: Lacks = {
  ...undiciLacks,
  'redirected-post': 'undici 6 keeps method and body at a 302',
  'http-proxy': 'undici 6 sends requests for http through tunnels only',
};

const byDispatcher = 'global fetch knows no proxies but by its dispatcher: see undici';

export const fetchLacks: Lacks = {
  ...undiciLacks,
  'abort-in-start':
    'an abort before fetch() has returned ends the process on some versions of Node (an assertion in undici)',
  'streamed-length': 'fetch sends a stream in chunks',
  'redirected-stream': 'fetch fails at such a redirect, as its standard says',
  'own-host': 'fetch forbids the field Host',
  'close-request': 'fetch forbids the field Connection',
  'close-field': 'fetch forbids the field Connection',
  'repeated-fields': 'fetch joins fields of one name',
  'checked-length': 'fetch knows the length of a body or sends it in chunks',
  'http-proxy': byDispatcher,
  'connect-proxy': byDispatcher,
  'tls-proxy': byDispatcher,
};

export const http2Lacks: Lacks = {
  'h2-retry': 'node:http2 leaves a refused stream to its caller',
};
