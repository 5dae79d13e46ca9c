/** Raw HTTP/1.1 messages for server scripts. */

/** A response head: status line, fields, blank line. */
export function head(status: string, ...fields: readonly string[]): string {
  return [`HTTP/1.1 ${status}`, ...fields, '', ''].join('\r\n');
}

/** A response whose body has a known length. */
export function response(status: string, body: string, ...fields: readonly string[]): string {
  return head(status, ...fields, `Content-Length: ${body.length}`) + body;
}
