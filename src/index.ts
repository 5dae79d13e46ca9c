export type {
  ClientName,
  ClientTrace,
  DNSAddress,
  DNSDoneInfo,
  DNSStartInfo,
  GotConnInfo,
  HeaderMap,
  PeerCertificate,
  ResponseInfo,
  RoundTripDoneInfo,
  RoundTripInfo,
  TLSConnectionState,
  TraceFactory,
  WroteRequestInfo,
} from './trace/client-trace.ts';
export { Context, type ContextKey } from './trace/context.ts';
export { HttptraceError, type ErrorCode } from './trace/errors.ts';
export { contextClientTrace, resolveClientTrace } from './trace/with-client-trace.ts';
export { eventTime } from './events/clock.ts';
export { observe, runWithClientTrace, uninstall, withClientTrace } from './runtime.ts';
