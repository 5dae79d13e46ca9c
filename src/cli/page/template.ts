import { readFileSync } from 'node:fs';

const SLOT = '<script id="trace" type="text/plain" data-source="none"></script>';
const POLICY = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/;

/** The page without a trace. */
export interface PageTemplate {
  /** Up to where the trace goes. */
  readonly before: string;
  readonly after: string;
  /** What its script and style may do, as a Content-Security-Policy. */
  readonly policy: string;
}

/**
 * The page as it was built.
 *
 * @throws Error when this copy of httptrace was built without it.
 */
export function readTemplate(): string {
  // Beside the compiled command; beside the folder of the sources when those are run.
  const places = ['../../page.html', '../../../dist/page.html'].map((path) => new URL(path, import.meta.url));
  for (const place of places) {
    try {
      return readFileSync(place, 'utf8');
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  throw Object.assign(
    new Error(
      `The page is not where it belongs (${places[0]?.pathname ?? ''}): install httptrace again, or build it.`,
    ),
    { code: 'ERR_HTTPTRACE_PAGE' },
  );
}

/** Takes the page apart where the trace goes in. */
export function splitTemplate(template: string): PageTemplate {
  const slot = template.indexOf(SLOT);
  const policy = POLICY.exec(template)?.[1];
  if (slot < 0 || policy === undefined)
    throw new TypeError('The template is not the page that httptrace was built with.');
  return { before: template.slice(0, slot), after: template.slice(slot + SLOT.length), policy };
}

/** The element that holds the trace, or tells where it comes from. `content` must not hold `<`. */
export function traceElement(source: 'report' | 'live', content: string): string {
  return `<script id="trace" type="text/plain" data-source="${source}">${content}</script>`;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
