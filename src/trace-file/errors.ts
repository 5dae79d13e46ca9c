/** What was read is no trace file. The message completes a sentence that begins with the file's name. */
export class TraceFileError extends Error {
  override readonly name = 'TraceFileError';
  readonly code = 'ERR_HTTPTRACE_TRACE_FILE';
}
