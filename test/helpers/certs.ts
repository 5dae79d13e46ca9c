import 'reflect-metadata'; // @peculiar/x509 needs it and does not load it itself
import { KeyObject, webcrypto } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type Extension,
  type JsonGeneralNames,
} from '@peculiar/x509';

/** A certificate and its private key, both PEM: the `cert` and `key` of `https.createServer()`. */
export interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

/** What the TLS tests need, made new for each run, so that nothing in the repository can expire. */
export interface Certificates {
  /** The certificate (PEM) that signed all others but `selfSigned`: the `ca` of a client. */
  readonly ca: string;
  /** Valid for `localhost`, `example.test`, `*.example.test`, 127.0.0.1 and ::1. */
  readonly good: KeyPair;
  /** As `good`, but its validity ended a day ago. */
  readonly expired: KeyPair;
  /** Valid, but for `wrong-host.example` only. */
  readonly wrongHost: KeyPair;
  /** As `good`, but signed with its own key. */
  readonly selfSigned: KeyPair;
  /** Authenticates a client to a server that asks for a certificate. */
  readonly client: KeyPair;
}

/** Name of the environment variable that holds the folder of this run's certificates. */
export const CERTIFICATES_VARIABLE = 'HTTPTRACE_TEST_CERTIFICATES';

const FILE = 'certificates.json';
const DAY = 24 * 60 * 60 * 1000;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const LOOPBACK: JsonGeneralNames = [
  { type: 'dns', value: 'localhost' },
  { type: 'dns', value: 'example.test' },
  { type: 'dns', value: '*.example.test' }, // Node accepts no wildcard with fewer than two labels after it
  { type: 'ip', value: '127.0.0.1' },
  { type: 'ip', value: '::1' },
];

let loaded: Certificates | undefined;

/**
 * The certificates of this test run.
 *
 * @throws Error outside a test run; call {@link makeCertificates} there.
 */
export function certs(): Certificates {
  loaded ??= JSON.parse(readFileSync(certFile(FILE), 'utf8')) as Certificates; // written by writeCertificates()
  return loaded;
}

/**
 * Path of a PEM file of this test run, for options that take a path: `ca.pem`, or `<name>.pem` and `<name>.key` for
 * each {@link KeyPair} of {@link Certificates}.
 *
 * @throws Error outside a test run.
 */
export function certFile(name: string): string {
  const directory = process.env[CERTIFICATES_VARIABLE];
  if (directory === undefined) {
    throw new Error(`${CERTIFICATES_VARIABLE} is not set: run through vitest, or call makeCertificates()`);
  }
  return join(directory, name);
}

/** Makes new keys and certificates; some tens of milliseconds. */
export async function makeCertificates(): Promise<Certificates> {
  cryptoProvider.set(globalThis.crypto);
  const authority: Issuer = { name: 'CN=httptrace test CA', keys: await generateKeys() };
  const leaf = { names: LOOPBACK, usage: ExtendedKeyUsage.serverAuth, lastDay: 30, issuer: authority };
  const [ca, good, expired, wrongHost, selfSigned, client] = await Promise.all([
    certify(authority, authority, 30, caExtensions()),
    makeLeaf('localhost', leaf),
    makeLeaf('localhost', { ...leaf, lastDay: -1 }),
    makeLeaf('wrong-host.example', { ...leaf, names: [{ type: 'dns', value: 'wrong-host.example' }] }),
    makeLeaf('localhost', { ...leaf, issuer: undefined }),
    makeLeaf('httptrace test client', { ...leaf, names: [], usage: ExtendedKeyUsage.clientAuth }),
  ]);
  return { ca, good, expired, wrongHost, selfSigned, client };
}

/** Writes what {@link certs} and {@link certFile} read. */
export function writeCertificates(directory: string, certificates: Certificates): void {
  const { ca, ...pairs } = certificates;
  writeFileSync(join(directory, FILE), JSON.stringify(certificates));
  writeFileSync(join(directory, 'ca.pem'), ca);
  for (const [name, { key, cert }] of Object.entries(pairs)) {
    writeFileSync(join(directory, `${name}.pem`), cert);
    writeFileSync(join(directory, `${name}.key`), key, { mode: 0o600 });
  }
}

interface Issuer {
  readonly name: string;
  readonly keys: webcrypto.CryptoKeyPair;
}

interface LeafOptions {
  readonly names: JsonGeneralNames;
  readonly usage: ExtendedKeyUsage;
  /** Day on which the validity ends, counted from today. */
  readonly lastDay: number;
  /** Absent: signed with its own key. */
  readonly issuer: Issuer | undefined;
}

async function makeLeaf(commonName: string, options: LeafOptions): Promise<KeyPair> {
  const subject: Issuer = { name: `CN=${commonName}`, keys: await generateKeys() };
  const extensions: Extension[] = [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([options.usage]),
  ];
  if (options.names.length > 0) extensions.push(new SubjectAlternativeNameExtension(options.names));
  const cert = await certify(subject, options.issuer ?? subject, options.lastDay, extensions);
  const key = KeyObject.from(subject.keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
  return { key, cert };
}

async function certify(
  subject: Issuer,
  issuer: Issuer,
  lastDay: number,
  extensions: Extension[],
): Promise<string> {
  const certificate = await X509CertificateGenerator.create({
    subject: subject.name,
    issuer: issuer.name,
    publicKey: subject.keys.publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(Date.now() + (lastDay - 60) * DAY),
    notAfter: new Date(Date.now() + lastDay * DAY),
    extensions,
  });
  return `${certificate.toString('pem')}\n`;
}

function caExtensions(): Extension[] {
  return [
    new BasicConstraintsExtension(true, 0, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
  ];
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}
