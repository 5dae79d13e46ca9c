import type { Scenario } from '../scenario.ts';
import { answer, response } from './messages.ts';

const secure = ['https'] as const;
const local = { host: '127.0.0.1' };

/** Handshakes. */
export const handshakes: readonly Scenario[] = [
  {
    name: 'tls12',
    title: 'a server that speaks TLS 1.2 alone is told so',
    schemes: secure,
    server: { maxTlsVersion: 'TLSv1.2', connections: [answer] },
    requests: [local],
  },
  {
    name: 'tls12-resumed',
    title: 'a session of TLS 1.2 is resumed',
    schemes: secure,
    needs: ['sessions'],
    client: { resumesSessions: true, maxTlsVersion: 'TLSv1.2' },
    server: {
      connections: [
        [{ await: 'head' }, { send: response('200 OK', 'hello', 'Connection: close') }, { end: 'fin' }],
        answer,
      ],
    },
    requests: [{ host: 'localhost' }, { host: 'localhost' }],
  },
  {
    name: 'alpn',
    title: 'the protocol that both sides agree on is told',
    schemes: secure,
    client: { alpn: ['http/1.1'] },
    server: { alpn: ['http/1.1'], connections: [answer] },
    requests: [local],
  },
  {
    name: 'alpn-without-agreement',
    title: 'a server that speaks none of the offered protocols ends the handshake',
    schemes: secure,
    needs: ['alpn-as-told'],
    client: { alpn: ['other'] },
    server: { alpn: ['http/1.1'], connections: [] },
    requests: [local],
  },
  {
    name: 'server-name',
    title: 'the server name that the client asks for is told',
    schemes: secure,
    needs: ['server-name'],
    client: { serverName: 'localhost' },
    server: { connections: [answer] },
    requests: [local],
  },
  {
    name: 'wrong-name',
    title: 'a certificate for another name ends the handshake',
    schemes: secure,
    needs: ['resolver'],
    client: { hosts: { 'wrong.test': ['127.0.0.1'] } },
    server: { connections: [] },
    requests: [{ host: 'wrong.test' }],
  },
  {
    name: 'expired',
    title: 'a certificate that is over ends the handshake',
    schemes: secure,
    server: { certificate: 'expired', connections: [] },
    requests: [local],
  },
  {
    name: 'self-signed',
    title: 'a certificate that is signed by itself ends the handshake',
    schemes: secure,
    needs: ['resolver'],
    client: { hosts: { 'example.test': ['127.0.0.1'] } },
    server: { certificate: 'selfSigned', connections: [] },
    requests: [{ host: 'example.test' }],
  },
  {
    name: 'no-common-version',
    title: 'a client that is too old for the server is told by an alert',
    schemes: secure,
    client: { maxTlsVersion: 'TLSv1.2' },
    server: { minTlsVersion: 'TLSv1.3', connections: [] },
    requests: [{ host: 'localhost' }],
  },
  {
    name: 'plain-server',
    title: 'a server that answers without TLS ends the handshake',
    schemes: secure,
    server: {
      raw: true,
      connections: [[{ await: 'record' }, { send: response('400 Bad Request', 'TLS?') }, { end: 'fin' }]],
    },
    requests: [local],
  },
  {
    name: 'closed-in-handshake',
    title: 'a server that closes ends the handshake',
    schemes: secure,
    server: { raw: true, connections: [[{ await: 'record' }, { end: 'fin' }]] },
    requests: [local],
  },
  {
    name: 'handshake-timeout',
    title: 'a handshake that takes too long ends',
    schemes: secure,
    needs: ['handshake-timeout'],
    client: { handshakeTimeout: 50 },
    server: { raw: true, connections: [[{ await: 'record' }, { await: 'end' }]] },
    requests: [local],
  },
];
