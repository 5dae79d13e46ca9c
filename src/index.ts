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
export { Recorder, record, type RecordOptions, type Recorded, type RecorderOptions } from './recorder.ts';
export type { RedactionOptions } from './record/redact.ts';
export type * from './record/types.ts';
export { RECORD_VERSION } from './record/types.ts';
