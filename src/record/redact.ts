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

const SECRET_FIELDS = new Set([
  'authorization',
  'proxy-authorization',
  'authentication-info',
  'proxy-authentication-info',
  'cookie',
  'cookie2',
  'set-cookie',
  'set-cookie2',
  'x-amz-security-token',
  'x-goog-iam-authorization-token',
  'x-ms-encryption-key',
  'ocp-apim-subscription-key',
  'x-functions-key',
  'x-forwarded-client-cert',
  'x-amzn-oidc-data',
  'x-rapidapi-key',
  'x-auth-key',
  'dd-api-key',
  'dd-application-key',
  'sec-websocket-key',
]);

/** Names that vendors give to fields with keys and tokens: `X-Api-Key`, `Private-Token`, `X-Vault-Token`, … */
const SECRET_NAME =
  /(^|[-_])(api-?key|access-?key|secret|token|passw(or)?d|credentials?|signature|session-?(id|key)?|jwt|assertion)s?($|[-_])/;

/** Fields whose value is a URL, or has some. */
const URL_FIELDS = new Set([
  'location',
  'content-location',
  'referer',
  'refresh',
  'link',
  'origin',
  'x-original-url',
]);

/** Decides what of a round trip may be shown. Pure; made once a recorder. */
export class Redaction {
  readonly #query: ReadonlySet<string>;
  readonly #headers: ReadonlySet<string>;

  constructor(options: RedactionOptions = {}) {
    this.#query = new Set(options.allowQuery);
    this.#headers = new Set(options.allowHeaders?.map((name) => name.toLowerCase()));
  }

  /** The field, with its value replaced when it is a secret. */
  field(name: string, value: string): HeaderField {
    const lower = name.toLowerCase();
    if (this.#headers.has('*') || this.#headers.has(lower)) return [name, value];
    if (SECRET_FIELDS.has(lower) || SECRET_NAME.test(lower)) return [name, REDACTED];
    if (URL_FIELDS.has(lower)) return [name, this.urls(value)];
    return [name, value];
  }

  fields(fields: readonly HeaderField[]): HeaderField[] {
    return fields.map(([name, value]) => this.field(name, value));
  }

  /** A URL, or part of one, without userinfo and query values. */
  url(url: string): string {
    const hash = url.indexOf('#');
    const fragment = hash < 0 ? '' : `#${REDACTED}`;
    const whole = withoutUserinfo(hash < 0 ? url : url.slice(0, hash));
    const mark = whole.indexOf('?');
    return mark < 0
      ? whole + fragment
      : `${whole.slice(0, mark)}?${this.#queryText(whole.slice(mark + 1))}${fragment}`;
  }

  /** A text in which there may be several URLs, as in `Link`: each is ended by white space, quotes, `<>`, `,` or `;`. */
  urls(text: string): string {
    return text.replace(/[^\s"'<>,;]+/g, (part) => this.url(part));
  }

  #queryText(query: string): string {
    if (query === '' || this.#query.has('*')) return query;
    return query
      .split('&')
      .map((pair) => {
        const equals = pair.indexOf('=');
        // A parameter without a value may be a secret itself: `?<token>`.
        if (equals < 0) return this.#query.has(pair) || pair === '' ? pair : REDACTED;
        const name = pair.slice(0, equals);
        return this.#query.has(name) ? pair : `${name}=${REDACTED}`;
      })
      .join('&');
  }
}

function withoutUserinfo(url: string): string {
  return url.replace(
    /^([a-z][a-z0-9+.-]*:)?\/\/[^/?#]*@/i,
    (_match, scheme: string | undefined) => `${scheme ?? ''}//${REDACTED}@`,
  );
}
