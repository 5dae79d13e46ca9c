/**
 * Traces all requests of a program: `node --import httptrace/register app.js`. Writes records as JSON lines to
 * `HTTPTRACE_FILE`, by default `httptrace.jsonl` in the folder in which the program was started.
 *
 * @packageDocumentation
 */
import './preload.cts';
