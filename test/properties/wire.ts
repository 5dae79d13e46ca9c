import { type RequestPlan, answersWithBody } from './plan.ts';

/** An answer as bytes of HTTP/1. */
export interface Wire {
  readonly bytes: Buffer;
  /** Where its final head ends. */
  readonly headEnd: number;
  /** Where the connection has to end for the answer to be whole. */
  readonly closes: boolean;
}

const FIELDS = ['X-One: 1\r\n', 'x-two: 2\r\nX-Two: 3\r\n'];

/** The body of the answer to request `index`. */
export function answerBody(request: RequestPlan, index: number): string {
  return answersWithBody(request) ? `${index}`.repeat(request.answer.size) : '';
}

/** What the server says to request `index`, when it says all. */
export function wireOf(request: RequestPlan, index: number): Wire {
  const { answer } = request;
  const { version, status, connection, trailer } = answer;
  let text = '';
  for (const { status, fields } of answer.informational) {
    text += `HTTP/1.1 ${status} Informed\r\n${FIELDS.slice(0, fields).join('')}\r\n`;
  }
  const framing = answer.framing === 'chunked' && version === '1.0' ? 'length' : answer.framing;
  const body = answerBody(request, index);
  const bodied = answersWithBody(request);
  text += `HTTP/${version} ${status} Answered\r\nX-Index: ${index}\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n`;
  if (connection !== 'unsaid') text += `Connection: ${connection}\r\n`;
  if (bodied && framing === 'length') text += `Content-Length: ${body.length}\r\n`;
  if (bodied && framing === 'chunked')
    text += `Transfer-Encoding: chunked\r\n${trailer ? 'Trailer: X-Trailer\r\n' : ''}`;
  text += '\r\n';
  const headEnd = text.length;
  if (bodied && framing === 'chunked') {
    for (let i = 0; i < body.length; i += 1000) {
      const chunk = body.slice(i, i + 1000);
      text += `${chunk.length.toString(16)}\r\n${chunk}\r\n`;
    }
    text += `0\r\n${trailer ? 'X-Trailer: t\r\n' : ''}\r\n`;
  } else {
    text += body;
  }
  const closes =
    connection === 'close' ||
    (bodied && framing === 'close') ||
    (version === '1.0' && connection !== 'keep-alive');
  return { bytes: Buffer.from(text, 'latin1'), headEnd, closes };
}

/** How many bytes of `total` are `thousandths` of it. */
export function partOf(total: number, thousandths: number): number {
  return Math.floor((total * thousandths) / 1000);
}

/** `bytes` cut into packets. */
export function packets(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [...new Set([0, ...cuts.map((cut) => partOf(bytes.length, cut)), bytes.length])].sort(
    (a, b) => a - b,
  );
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end));
}
