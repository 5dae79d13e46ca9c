import type { RoundTripInfo } from '../../src/index.ts';

/** A round trip as a client of somebody else would describe it to `resolveClientTrace`. */
export function roundTripInfo(changes: Partial<RoundTripInfo> = {}): RoundTripInfo {
  return {
    id: 1,
    client: 'undici',
    clientVersion: '0.0.0',
    method: 'GET',
    url: 'http://example.test/',
    callId: 1,
    attempt: 1,
    reason: 'first',
    callKnown: false,
    intercepted: false,
    ...changes,
  };
}
