import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { renderReport } from '../../src/cli/page/render-report.ts';
import { readTemplate } from '../../src/cli/page/template.ts';
import type { TraceLine } from '../../src/trace-file/types.ts';

/** Where Chromium is; `CHROMIUM` names another. */
const PLACES = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

const chromiumPath = PLACES.find((path) => path !== undefined && existsSync(path));

/** Why the tests of the page in a browser are skipped; undefined when they can run. */
export const noBrowser =
  chromiumPath === undefined ? 'skipped: there is no Chromium (set CHROMIUM to its path)' : undefined;

/** A browser that asks nobody for anything by itself. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    ...(chromiumPath !== undefined && { executablePath: chromiumPath }),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Reports made of the page as it was built, in a folder that lives as long as the tests. */
export class Reports {
  readonly folder = mkdtempSync(join(tmpdir(), 'httptrace-page-'));
  readonly template = readTemplate();

  /** @returns its URL. */
  write(name: string, lines: Iterable<TraceLine>): string {
    const file = join(this.folder, `${name}.html`);
    writeFileSync(file, [...renderReport(this.template, lines)].join(''));
    return `file://${file}`;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What must never be seen: errors, violations of the policy, requests to anywhere but the page's own address. */
export function watchTrouble(page: Page, allowed: (url: string) => boolean): readonly string[] {
  const trouble: string[] = [];
  page.on('pageerror', (error) => trouble.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      trouble.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!allowed(request.url())) trouble.push(`request: ${request.url()}`);
  });
  page.on('dialog', (dialog) => {
    trouble.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return trouble;
}
