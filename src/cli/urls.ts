import { quoteArgument } from './args.ts';
import { UsageError } from './errors.ts';

const CONTROL_OR_SPACE = /[\p{Cc}\s]/u;

/** What the user wants to reach. */
export interface Target {
  /** Without userinfo. */
  readonly url: URL;
  /** From `http://user:password@host`. */
  readonly userinfo: string | undefined;
}

/**
 * Reads a URL of the command line; without scheme it is http, as with curl.
 *
 * @throws UsageError when it is not a URL, or its scheme is neither http nor https.
 */
export function parseTarget(written: string): Target {
  const shown = `"${quoteArgument(hideUserinfo(written))}"`;
  if (written === '') throw new UsageError('the URL is empty');
  if (CONTROL_OR_SPACE.test(written.trim())) {
    throw new UsageError(`bad URL ${shown}: it has a space or control character; write %20 for a space`);
  }
  const absolute = /^[a-z][a-z0-9+.-]*:\/\//i.test(written.trim())
    ? written.trim()
    : `http://${written.trim()}`;
  if (!URL.canParse(absolute)) throw new UsageError(`bad URL ${shown}${hintFor(written)}`);
  const url = new URL(absolute);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new UsageError(
      `unsupported scheme "${url.protocol.slice(0, -1)}" in ${shown}: use http:// or https://`,
    );
  }
  const userinfo = takeUserinfo(url);
  return { url, userinfo };
}

/** Removes the userinfo from a URL and returns it, decoded. */
export function takeUserinfo(url: URL): string | undefined {
  if (url.username === '' && url.password === '') return undefined;
  const userinfo = `${decode(url.username)}:${decode(url.password)}`;
  url.username = '';
  url.password = '';
  return userinfo;
}

/** Errors repeat what the user wrote, but no password. */
function hideUserinfo(written: string): string {
  return written.replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^/?#]*@/i, '$1');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** curl's `--json` sends; a body in the place of a URL tells that it was meant. */
function hintFor(written: string): string {
  if (!/^[[{]/.test(written) || /^\[[0-9a-f:.]+\]/i.test(written)) return '';
  return '; to send JSON use -d with -H "Content-Type: application/json" (--json prints records)';
}
