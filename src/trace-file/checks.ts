import * as is from './shape.ts';
import type { TraceLine } from './types.ts';

const process = is.object({ pid: is.number, threadId: is.number, node: is.string });
const header = is.arrayOf(is.pair);
const endpoint = is.object({ address: is.string }, { port: is.number });
const transport = is.oneOf('tcp', 'unix', 'other');
const phaseName = is.oneOf('queued', 'dns', 'connect', 'proxy', 'tls', 'send', 'wait', 'receive');

const error: is.Check = is.object(
  { name: is.string, message: is.string },
  {
    code: is.string,
    syscall: is.string,
    phase: phaseName,
    cause: (value, depth) => error(value, depth),
  },
);

const tls = is.object(
  { resumed: is.boolean, authorized: is.boolean },
  {
    version: is.string,
    cipher: is.string,
    alpnProtocol: is.string,
    serverName: is.string,
    authorizationError: is.string,
    certificate: is.object({
      subject: is.string,
      issuer: is.string,
      subjectAltName: is.string,
      validFrom: is.number,
      validTo: is.number,
      fingerprint256: is.string,
    }),
  },
);

const request = is.object(
  { method: is.string, url: is.string, httpVersion: is.string, header },
  { wireBytes: is.amount },
);

const response = is.object(
  {
    status: is.number,
    statusText: is.string,
    httpVersion: is.string,
    header,
    trailers: header,
    serverTiming: is.arrayOf(is.object({ name: is.string }, { duration: is.number, description: is.string })),
  },
  { wireBytes: is.amount, bodyBytes: is.amount },
);

const connectionUse = is.object(
  {
    id: is.string,
    reused: is.boolean,
    wasIdle: is.boolean,
    served: is.amount,
    protocol: is.string,
    transport,
  },
  {
    openedBy: is.string,
    idleTime: is.number,
    local: endpoint,
    remote: endpoint,
    proxy: is.string,
    tls,
    after: is.oneOf('kept', 'closed', 'handed-over'),
    closeReason: is.string,
  },
);

const dial = is.object(
  {
    used: is.boolean,
    attempts: is.arrayOf(
      is.object(
        { network: is.oneOf('tcp', 'unix'), addr: is.string, start: is.number },
        { duration: is.amount, error },
      ),
    ),
  },
  { host: is.string, addresses: is.arrayOf(is.string), tls },
);

const roundTrip = is.object(
  {
    id: is.string,
    call: is.object({
      id: is.string,
      attempt: is.number,
      reason: is.oneOf('first', 'redirect', 'retry'),
      known: is.boolean,
    }),
    process,
    client: is.object({ name: is.string, version: is.string }),
    intercepted: is.boolean,
    wallTime: is.number,
    start: is.number,
    duration: is.amount,
    phases: is.arrayOf(
      is.object({ name: phaseName, start: is.number, duration: is.amount }, { busy: is.amount }),
    ),
    events: is.arrayOf(is.object({ name: is.string, time: is.number })),
    request,
    informational: is.arrayOf(is.object({ status: is.number, time: is.number, header })),
    outcome: is.oneOf('ok', 'error', 'incomplete'),
  },
  { response, connection: connectionUse, dial, error, callSite: is.arrayOf(is.string) },
);

const connection = is.object(
  {
    id: is.string,
    process,
    opened: is.number,
    wallTime: is.number,
    served: is.amount,
    protocol: is.string,
    transport,
  },
  {
    openedBy: is.string,
    local: endpoint,
    remote: endpoint,
    proxy: is.string,
    tls,
    closed: is.object(
      { time: is.number, reason: is.oneOf('idle', 'response', 'error', 'handed-over') },
      { error },
    ),
  },
);

const run = is.object(
  { httptrace: is.string, command: is.arrayOf(is.string), started: is.number },
  { cwd: is.string },
);

const end = is.object({
  ended: is.number,
  exitCode: is.nullable(is.number),
  signal: is.nullable(is.string),
});

const lost = is.object(
  { records: is.amount, reason: is.oneOf('rate', 'memory', 'disk', 'killed', 'broken') },
  { process },
);

/** What a line of each type must look like. */
export const CHECKS: Readonly<Record<TraceLine['type'], is.Check>> = {
  roundTrip,
  connection,
  run,
  end,
  lost,
};
