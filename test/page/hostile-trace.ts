import type { RoundTripRecord } from '../../src/record/types.ts';
import { roundTrip } from './records.ts';

/** What a server, or whoever names one, may send in the hope that a page takes it for more than text. */
export const HOSTILE: readonly string[] = [
  '</script><script>alert(1)</script>',
  '<!-- <script> -->',
  ']]><script>alert(2)</script>',
  '<img src=x onerror=alert(3)>',
  '"><svg onload=alert(4)>',
  "' onmouseover='alert(5)",
  'javascript:alert(6)',
  'data:text/html,<script>alert(7)</script>',
  '<iframe srcdoc="<script>alert(8)</script>"></iframe>',
  '<base href=//evil.example><link rel=stylesheet href=//evil.example/x.css>',
  '<meta http-equiv=refresh content="0;url=//evil.example">',
  '</title><style>@import "//evil.example/x.css"</style>',
  '{{constructor.constructor("alert(9)")()}}',
  '__proto__',
  'constructor',
  '\u202Etxt.exe\u2066\u2028\u2029\u0000\u0007\u001B]8;;x\u0007',
  '\uD800 a lone surrogate',
  'a'.repeat(1_000_000),
];

/** One round trip for each, which has it wherever a stranger can put a text. */
export function hostileTrace(): RoundTripRecord[] {
  return HOSTILE.map((text, index) => {
    const record = roundTrip({
      id: `${index} ${text.slice(0, 200)}`,
      start: index * 10,
      url: text,
      method: text.slice(0, 200),
      connection: text.slice(0, 500),
    });
    const tls = {
      version: text.slice(0, 2000),
      cipher: text.slice(0, 2000),
      alpnProtocol: text.slice(0, 2000),
      serverName: text.slice(0, 2000),
      resumed: false,
      authorized: false,
      authorizationError: text.slice(0, 2000),
      certificate: {
        subject: text,
        issuer: text,
        subjectAltName: text,
        validFrom: 1e300,
        validTo: -1e300,
        fingerprint256: text.slice(0, 2000),
      },
    };
    const endpoint = { address: text.slice(0, 2000), port: 1 };
    const error = { name: text.slice(0, 2000), message: text, code: text.slice(0, 2000) };
    return {
      ...record,
      client: { name: text.slice(0, 2000), version: text.slice(0, 2000) },
      process: { ...record.process, node: text.slice(0, 2000) },
      request: {
        ...record.request,
        header: [
          ['hostile-header', text],
          [text.slice(0, 2000), 'x'],
        ],
      },
      informational: [{ status: 103, time: record.start, header: [['link', text]] }],
      response: {
        status: 200,
        statusText: text,
        httpVersion: text.slice(0, 100),
        header: [['set-cookie', text]],
        trailers: [['x', text]],
        serverTiming: [{ name: text, description: text }],
      },
      connection: {
        id: text.slice(0, 500),
        reused: false,
        wasIdle: false,
        served: 0,
        protocol: text.slice(0, 100),
        transport: 'tcp',
        local: endpoint,
        remote: endpoint,
        proxy: text.slice(0, 2000),
        tls,
        after: 'closed',
        closeReason: text,
      },
      dial: {
        used: true,
        host: text.slice(0, 2000),
        addresses: [text],
        attempts: [{ network: 'tcp', addr: text.slice(0, 2000), start: 0, error }],
      },
      ...(index % 2 === 0 && { outcome: 'error' as const, error: { ...error, cause: error } }),
      callSite: [text],
    };
  });
}
