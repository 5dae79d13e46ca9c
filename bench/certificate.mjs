// @ts-check
import 'reflect-metadata'; // @peculiar/x509 needs it and does not load it itself
import { KeyObject, webcrypto } from 'node:crypto';

import { cryptoProvider, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';

/** What the server of a client needs. @param {string} client */
export async function certificateFor(client) {
  return client === 'https' ? makeCertificate() : undefined;
}

/**
 * A certificate for 127.0.0.1, signed with its own key; both PEM.
 *
 * @returns {Promise<{ key: string, cert: string }>}
 */
async function makeCertificate() {
  cryptoProvider.set(webcrypto);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=httptrace benchmark',
      keys,
      signingAlgorithm: algorithm,
      extensions: [new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
    },
    webcrypto,
  );
  const key = KeyObject.from(keys.privateKey);
  return { key: key.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: certificate.toString('pem') };
}
