import type { HeaderField } from './types.ts';

/** What stands for a secret. */
export const REDACTED = '[redacted]';

/** Which values records may show although they look like secrets. */
export interface RedactionOptions {
  /** Query parameters whose values are shown, by exact name; `'*'` shows all. Default: none. */
  readonly allowQuery?: readonly string[];
  /** Header fields whose values are shown, in lower case; `'*'` shows all. Default: none of the secret ones. */
  readonly allowHeaders?: readonly string[];
}

/** Secret fields that {@link SECRET_NAME} does not tell by their name. */
const SECRET_FIELDS = new Set([
  'authentication-info',
  'proxy-authentication-info',
  'cookie',
  'cookie2',
  'set-cookie',
  'set-cookie2',
  'x-amzn-oidc-data',
  'x-client-cert',
  'x-forwarded-client-cert',
  'x-honeycomb-team',
  'x-ssl-client-cert',
]);

/** Names that vendors give to fields with keys and tokens: `X-Api-Key`, `Private-Token`, `X-Vault-Token`, … */
const SECRET_NAME =
  /(^|[-_])(auth|authorization|credentials?|[a-z]*key|[a-z]*token|[a-z]*secret|passw(or)?d|passphrase|pwd|otp|signature|hmac|jwt|assertion|session|session-?id|sid)($|[-_])/;

/** Names like those of secrets whose values are none. */
const PUBLIC_NAME = /ratelimit|rate-limit|^xkey$|^(idempotency|surrogate|cache|x-cache)-key$/;

/** Fields whose value is a URL. `:path` is HTTP/2's. */
const URL_FIELDS = new Set([
  'location',
  'content-location',
  'destination',
  'origin',
  'referer',
  'sourcemap',
  'x-sourcemap',
  'x-forwarded-uri',
  'x-original-uri',
  'x-original-url',
  'x-rewrite-url',
  ':path',
]);

/** What a field's value is. */
type Kind = 'public' | 'secret' | 'url' | 'link' | 'refresh' | 'text';

/** Names are remembered up to this number; a peer can make up any number of them. */
const MAX_KNOWN = 1000;

/** Values up to this length are remembered with their name. */
const MAX_LENGTH = 200;

/** What is known of fields of one name. */
interface Known {
  readonly kind: Kind;
  /** The last of them, as shown. */
  last: HeaderField;
}

/** Decides what of a round trip may be shown. Made once a recorder. */
export class Redaction {
  readonly #query: ReadonlySet<string>;
  readonly #headers: ReadonlySet<string>;
  readonly #known = new Map<string, Known>();

  constructor(options: RedactionOptions = {}) {
    this.#query = new Set(options.allowQuery);
    this.#headers = new Set(options.allowHeaders?.map((name) => name.toLowerCase()));
  }

  /**
   * The field, with its value replaced when it is a secret. One object for all equal ones that come after each other: most fields
   * of a request are those of the request before, and were a fifth of what a record retains.
   */
  field(name: string, value: string): HeaderField {
    const known = this.#knownOf(name);
    const shown = this.#shown(known.kind, value);
    if (known.last[1] === shown) return known.last;
    const field: HeaderField = [name, shown];
    if (shown.length <= MAX_LENGTH) known.last = field;
    return field;
  }

  fields(fields: readonly HeaderField[]): HeaderField[] {
    return fields.map(([name, value]) => this.field(name, value));
  }

  /** A URL, or part of one, without userinfo, query values and fragment. */
  url(url: string): string {
    const hash = url.indexOf('#');
    const whole = hash < 0 ? url : url.slice(0, hash);
    const mark = whole.indexOf('?');
    const path = withoutUserinfo(mark < 0 ? whole : whole.slice(0, mark));
    const query = mark < 0 ? '' : `?${this.#queryText(whole.slice(mark + 1))}`;
    return `${path}${query}${hash < 0 ? '' : `#${REDACTED}`}`;
  }

  /** A text that may have URLs in it, as a message has. */
  text(text: string): string {
    if (!text.includes('/') && !text.includes('?')) return text;
    return text.replace(/[^\s"<>`]+/g, (word) => (looksLikeURL(word) ? this.url(word) : word));
  }

  #shown(kind: Kind, value: string): string {
    switch (kind) {
      case 'secret':
        return REDACTED;
      case 'url':
        return this.url(value);
      case 'link':
        return this.#link(value);
      case 'refresh':
        return this.#refresh(value);
      case 'text':
        return value.includes('//') ? this.text(value) : value;
      case 'public':
        return value;
    }
  }

  #knownOf(name: string): Known {
    let known = this.#known.get(name);
    if (known === undefined) {
      known = { kind: this.#classify(name.toLowerCase()), last: [name, ''] };
      if (this.#known.size < MAX_KNOWN) this.#known.set(name, known);
    }
    return known;
  }

  #classify(name: string): Kind {
    if (this.#headers.has('*') || this.#headers.has(name)) return 'public';
    if (SECRET_FIELDS.has(name)) return 'secret';
    if (SECRET_NAME.test(name) && !PUBLIC_NAME.test(name)) return 'secret';
    if (URL_FIELDS.has(name)) return 'url';
    if (name === 'link') return 'link';
    return name === 'refresh' ? 'refresh' : 'text';
  }

  /** `<url>; rel="next"; anchor="url"`: what stands in brackets or quotes has its commas and semicolons to itself. */
  #link(value: string): string {
    return value.replace(/<[^>]*|"[^"]*|[^\s"<>,;]+/g, (part) => this.url(part));
  }

  /** `5; url=/next`. */
  #refresh(value: string): string {
    const separator = value.search(/[;,]/) + 1;
    return separator === 0 ? this.url(value) : value.slice(0, separator) + this.url(value.slice(separator));
  }

  #queryText(query: string): string {
    if (query === '' || this.#query.has('*')) return query;
    let shown = '';
    let start = 0;
    for (let i = 0; i <= query.length; i++) {
      // Some servers take `;` for `&`; what follows it is not the value of the parameter before.
      const separator = i === query.length ? '' : query[i]!;
      if (separator !== '' && separator !== '&' && separator !== ';') continue;
      shown += this.#parameter(query.slice(start, i)) + separator;
      start = i + 1;
    }
    return shown;
  }

  #parameter(pair: string): string {
    if (pair === '') return '';
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    if (this.#query.size > 0 && this.#query.has(decoded(name))) return pair;
    // A parameter without a value may be a secret itself, and end in the `=` of base64.
    return equals < 0 || /^=+$/.test(pair.slice(equals)) ? REDACTED : `${name}=${REDACTED}`;
  }
}

/** A word of a text that has an authority, is a path, or has a query. */
function looksLikeURL(word: string): boolean {
  if (word.includes('//') || /^\W*\//.test(word)) return true;
  const mark = word.indexOf('?');
  return mark >= 0 && word.includes('=', mark);
}

/** Also of a URL in the path of another, and of one with as many slashes as a lenient parser takes. */
function withoutUserinfo(url: string): string {
  if (!url.includes('@')) return url;
  return url
    .replace(/^([a-z][a-z0-9+.-]*:[/\\]*)[^/\\]*@/i, `$1${REDACTED}@`)
    .replace(/([/\\]{2})[^/\\]*@/g, `$1${REDACTED}@`);
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return name;
  }
}
