import type { TLSConnectionState } from '../../src/index.ts';

/** What a handshake that went well has agreed on. */
export const HANDSHAKE: TLSConnectionState = {
  version: 'TLSv1.3',
  cipher: undefined,
  alpnProtocol: undefined,
  serverName: undefined,
  resumed: false,
  authorized: true,
  authorizationError: undefined,
  peerCertificates: [],
};
