import { gunzipSync } from 'node:zlib';

/** The lines that a report holds, as text. */
export function linesOfReport(html: string): string[] {
  const [, content = ''] = /<script id="trace"[^>]*>([^<]*)<\/script>/.exec(html) ?? [];
  return content
    .split('\n')
    .filter((block) => block !== '')
    .flatMap((block) => gunzipSync(Buffer.from(block, 'base64')).toString('utf8').split('\n'))
    .filter((line) => line !== '');
}
