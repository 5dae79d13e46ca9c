import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startPageServer } from '../../src/cli/page/page-server.ts';
import { readTemplate } from '../../src/cli/page/template.ts';
import type { TraceLine } from '../../src/trace-file/types.ts';
import { launchBrowser, noBrowser, Reports, watchTrouble } from './browser.ts';
import { hostileTrace, HOSTILE } from './hostile-trace.ts';
import { roundTrip } from './records.ts';
import { sampleTrace } from './sample-trace.ts';

/** What a run on a busy machine needs; nothing here waits for a time. */
const TIMEOUT = 120_000;
/** For what is drawn in the next frame. */
const PATIENT = { timeout: 30_000 };

interface OpenOptions {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
  /** Device pixels in a CSS pixel. */
  readonly ratio?: number;
}

let browser: Browser;
let reports: Reports;

async function openUrl(
  url: string,
  { width = 1280, height = 720, colorScheme = 'light', ratio = 1 }: OpenOptions = {},
) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme, deviceScaleFactor: ratio });
  onTestFinished(() => page.close());
  const trouble = watchTrouble(
    page,
    (asked) => asked === url || asked === `${url}events` || asked.startsWith('data:'),
  );
  await page.goto(url);
  return { page, trouble };
}

async function openReport(lines: Iterable<TraceLine>, options?: OpenOptions) {
  const opened = await openUrl(reports.write('report', lines), options);
  await opened.page.locator('.feed').waitFor({ state: 'detached' });
  return opened;
}

/** Texts of the first column that have words: what a row is. */
function rowTexts(page: Page): Promise<string[]> {
  return page.locator('.row').allInnerTexts();
}

function focusedRow(page: Page): Promise<string> {
  return page.locator('.row:focus').innerText();
}

/** Colours other than the page's own in the picture of a row's time. */
function colouredPixels(page: Page, row: number): Promise<number> {
  return page.evaluate(`(() => {
    const canvas = document.querySelector('canvas.bars');
    const ratio = devicePixelRatio;
    const { data } = canvas.getContext('2d').getImageData(0, (${row} * 24 + 12) * ratio, canvas.width, 1);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) {
      const [r, g, b, a] = data.slice(i, i + 4);
      if (a === 255 && Math.max(r, g, b) - Math.min(r, g, b) > 40) count++;
    }
    return count;
  })()`);
}

/** Device pixels between the first and the last coloured one of a row's time that are not as coloured. */
function gaps(page: Page, row: number): Promise<number> {
  return page.evaluate(`(() => {
    const canvas = document.querySelector('canvas.bars');
    const ratio = devicePixelRatio;
    const { data } = canvas.getContext('2d').getImageData(0, (${row} * 24 + 14) * ratio, canvas.width, 1);
    const isColoured = Array.from({ length: canvas.width }, (_, x) => {
      const [r, g, b, a] = data.slice(4 * x, 4 * x + 4);
      return a === 255 && Math.max(r, g, b) - Math.min(r, g, b) > 40;
    });
    return isColoured.slice(isColoured.indexOf(true), isColoured.lastIndexOf(true)).filter((is) => !is).length;
  })()`);
}

describe.skipIf(noBrowser !== undefined)(
  `the page in Chromium${noBrowser === undefined ? '' : ` (${noBrowser})`}`,
  { timeout: TIMEOUT },
  () => {
    beforeAll(async () => {
      reports = new Reports();
      browser = await launchBrowser();
    }, TIMEOUT);

    afterAll(async () => {
      await browser.close();
      reports.remove();
    });

    describe('as a report', () => {
      it('shows each request in a row, by origin', async () => {
        const { page, trouble } = await openReport([
          roundTrip({ id: '1', url: 'https://a.example/first', status: 201 }),
          roundTrip({ id: '2', start: 20, url: 'https://b.example/second', error: 'ECONNRESET' }),
        ]);
        expect(await rowTexts(page)).toEqual([
          expect.stringMatching(/https:\/\/a\.example\s+1 request, 1 connection/),
          expect.stringMatching(/201\s+GET\s+\/first\s+new #1\s+10\.0 ms/),
          expect.stringMatching(/https:\/\/b\.example\s+1 request, 1 connection, 1 error/),
          expect.stringMatching(/failed\s+GET\s+\/second ECONNRESET\s+new #1\s+10\.0 ms/),
        ]);
        expect(trouble).toEqual([]);
      });

      it.each([
        ['no line', []],
        [
          'a run without requests',
          [{ type: 'run', version: 1, httptrace: '0.1.0', command: ['node', 'x.js'], started: 0 }] as const,
        ],
      ])('says that there is nothing with %s', async (_, lines) => {
        const { page, trouble } = await openReport(lines);
        expect(await page.locator('.emptiness').innerText()).toBe('There is no request in this trace.');
        expect(trouble).toEqual([]);
      });

      it('draws a request of ten microseconds beside one of an hour, and one that has not ended', async () => {
        const { page } = await openReport([
          roundTrip({ id: 'long', duration: 3_600_000 }),
          roundTrip({ id: 'short', start: 1000, duration: 0.01 }),
          roundTrip({ id: 'open', start: 2000, duration: 5000, outcome: 'incomplete' }),
        ]);
        expect(await colouredPixels(page, 1)).toBeGreaterThan(500);
        expect(await colouredPixels(page, 2)).toBe(1);
        expect(await colouredPixels(page, 3)).toBeGreaterThan(0);
        expect(await page.locator('.row').nth(3).innerText()).toMatch(/^open/);
      });

      it.each([1, 1.25, 1.5, 2])(
        'draws how many there were at a time without stripes, with %d pixels for one',
        async (ratio) => {
          const { page } = await openReport([roundTrip({ id: '1', duration: 100 })], { ratio });
          expect(await colouredPixels(page, 0)).toBeGreaterThan(500);
          expect(await gaps(page, 0)).toBe(0);
        },
      );

      it('draws in the colours of the theme that is chosen, at once', async () => {
        const { page } = await openReport([roundTrip({ id: '1', duration: 100 })]);
        const middle = (): Promise<string> =>
          page.evaluate(`(() => {
            const canvas = document.querySelector('canvas.bars');
            return canvas.getContext('2d').getImageData(canvas.width / 2, 36, 1, 1).data.join();
          })()`);
        const light = await middle();
        await page.getByRole('combobox', { name: 'Theme' }).selectOption('dark');
        await expect.poll(middle, PATIENT).not.toBe(light);
        await page.getByRole('combobox', { name: 'Theme' }).selectOption('light');
        await expect.poll(middle, PATIENT).toBe(light);
      });

      it("shows a connection's number whole when there are thousands", async () => {
        const { page } = await openReport(
          Array.from({ length: 2000 }, (_, n) => roundTrip({ id: String(n), start: n, connection: `c${n}` })),
        );
        await page.locator('.rows').focus();
        await page.keyboard.press('End');
        expect(await page.locator('.row:focus .connection').innerText()).toBe('new #2000');
        const spare = `(({ clientWidth, scrollWidth }) => clientWidth - scrollWidth)(document.querySelector('.row:focus .connection'))`;
        expect(await page.evaluate(spare)).toBeGreaterThanOrEqual(0);
      });

      it('draws nothing where a mock answered but a frame', async () => {
        const { page } = await openReport([roundTrip({ id: '1', duration: 50, intercepted: true })]);
        expect(await colouredPixels(page, 1)).toBe(0);
        await page.locator('.row').nth(1).click();
        expect(await page.locator('.details').innerText()).toContain('a mock: nothing went to the network');
      });

      it('shows what a strange clock and broken lines have done', async () => {
        const lost: TraceLine = { type: 'lost', version: 1, records: 7, reason: 'memory' };
        const strange = { ...roundTrip({ id: '2', pid: 99 }), wallTime: 5000 };
        const { page } = await openReport([
          roundTrip({ id: '1' }),
          strange,
          lost,
          { type: 'roundTrip' } as unknown as TraceLine,
        ]);
        const notices = await page.locator('.notices').innerText();
        expect(notices).toContain('7 records are missing');
        expect(notices).toContain('1 line of the trace cannot be read');
        expect(notices).toContain('The clock of process 99 is far from');
        expect(await page.locator('.overview').isVisible()).toBe(true);
      });

      it('gives the trace back as it was', async () => {
        const lines: TraceLine[] = [
          { type: 'run', version: 1, httptrace: '0.1.0', command: ['node', 'x.js'], started: 0 },
          ...sampleTrace({ requests: 30 }),
          { type: 'end', version: 1, ended: 9, exitCode: 0, signal: null },
        ];
        const { page, trouble } = await openReport(lines);
        const saved = page.waitForEvent('download');
        await page.getByRole('button', { name: 'Save' }).click();
        const text = readFileSync(await (await saved).path(), 'utf8');
        expect(text.trimEnd().split('\n')).toEqual(lines.map((line) => JSON.stringify(line)));
        expect(trouble.filter((line) => !line.startsWith('request: blob:'))).toEqual([]);
      });

      it('says so when a part of the file is damaged, and shows the others', async () => {
        const url = reports.write('damaged', sampleTrace({ requests: 5 }));
        const file = new URL(url);
        const { writeFileSync } = await import('node:fs');
        writeFileSync(file, readFileSync(file, 'utf8').replace('</script>', 'AAAA\n</script>'));
        const { page } = await openUrl(url);
        await page.locator('.notices', { hasText: 'part 2 of 2 cannot be read' }).waitFor();
        expect(await page.locator('.count').innerText()).toBe('5 requests');
      });

      it('has only the rows in sight, whatever their number', async () => {
        const { page, trouble } = await openReport(sampleTrace({ requests: 3000, origins: 4 }));
        expect(await page.locator('.count').innerText()).toBe('3,000 requests');
        expect(await page.locator('.row').count()).toBeLessThan(90);
        await page.locator('.rows').focus();
        await page.keyboard.press('End');
        await page.locator('.row:focus').waitFor();
        expect(await page.locator('[role=treegrid]').getAttribute('aria-rowcount')).toBe('3005');
        expect(await page.locator('.row:focus').getAttribute('aria-rowindex')).toBe('3005');
        expect(await page.locator('.row').count()).toBeLessThan(90);
        expect(trouble).toEqual([]);
      });

      it('has thousands of origins closed, and opens them when asked', async () => {
        const lines = Array.from({ length: 2500 }, (_, n) =>
          roundTrip({ id: String(n), start: n, url: `https://host-${n}.example/` }),
        );
        const { page } = await openReport(lines);
        expect(await page.locator('[role=treegrid]').getAttribute('aria-rowcount')).toBe('2501');
        await page.getByRole('button', { name: 'Open all' }).click();
        expect(await page.locator('[role=treegrid]').getAttribute('aria-rowcount')).toBe('5001');
      });
    });

    describe('by keyboard', () => {
      it('moves between rows, folds groups, opens details and comes back', async () => {
        const { page } = await openReport([
          roundTrip({ id: '1', url: 'https://a.example/first' }),
          roundTrip({ id: '2', start: 5, url: 'https://a.example/second' }),
          roundTrip({ id: '3', start: 9, url: 'https://b.example/third' }),
        ]);
        await page.locator('.rows').focus();
        await page.keyboard.press('ArrowDown');
        expect(await focusedRow(page)).toContain('https://a.example');
        await page.keyboard.press('ArrowLeft');
        expect(await page.locator('.row').count()).toBe(3);
        await page.keyboard.press('ArrowRight');
        await page.keyboard.press('ArrowRight');
        expect(await focusedRow(page)).toContain('/first');
        await page.keyboard.press('Enter');
        expect(await page.locator('.details h2').innerText()).toBe('GET https://a.example/first');
        await page.keyboard.press('ArrowDown');
        expect(await page.locator('.details h2').innerText()).toBe('GET https://a.example/second');
        await page.keyboard.press('Escape');
        expect(await page.locator('.details').count()).toBe(0);
        expect(await focusedRow(page)).toContain('/second');
        await page.keyboard.press('ArrowLeft');
        expect(await focusedRow(page)).toContain('https://a.example');
        await page.keyboard.press('End');
        expect(await focusedRow(page)).toContain('/third');
      });

      it('lets nobody take the focus away: not while one types, not when one comes back to the rows', async () => {
        const { page } = await openReport(sampleTrace({ requests: 60 }));
        await page.locator('.rows').focus();
        // The second changes nothing: all of the time is shown already.
        for (const key of ['ArrowDown', '0', '/']) await page.keyboard.press(key);
        await page.keyboard.type('method:get');
        expect(await page.getByRole('searchbox').inputValue()).toBe('method:get');
        await page.getByRole('tab', { name: 'Requests' }).focus();
        for (const key of ['ArrowRight', 'ArrowLeft']) await page.keyboard.press(key);
        await page.locator('.row').first().waitFor();
        expect(await page.locator('#tab-requests:focus').count()).toBe(1);
      });

      it('zooms to a row and back', async () => {
        const { page } = await openReport([
          roundTrip({ id: '1', duration: 4 }),
          roundTrip({ id: '2', start: 1000, duration: 4 }),
        ]);
        const all = page.getByRole('button', { name: 'All', exact: true });
        const before = await colouredPixels(page, 2);
        await page.locator('.rows').focus();
        await page.keyboard.press('End');
        await page.keyboard.press('f');
        await expect.poll(() => colouredPixels(page, 2), PATIENT).toBeGreaterThan(before + 100);
        await page.keyboard.press('0');
        await expect.poll(() => colouredPixels(page, 2), PATIENT).toBe(before);
        expect(await all.isDisabled()).toBe(true);
        await page.keyboard.press('+');
        expect(await all.isEnabled()).toBe(true);
      });

      it('says how many requests a filter has left', async () => {
        const { page } = await openReport(sampleTrace({ requests: 60 }));
        await page.keyboard.press('/');
        await page.keyboard.type('method:post');
        await page
          .locator('[role=status]', { hasText: /^\d+ of 60 requests$/ })
          .waitFor({ state: 'attached' });
        const shown = await page.locator('.row:not(.group) .method').allInnerTexts();
        expect(new Set(shown)).toEqual(new Set(['POST']));
        await page.keyboard.type(' nothing has this');
        await page.locator('.emptiness', { hasText: 'No request matches the filter.' }).waitFor();
      });
    });

    describe('by pointer', () => {
      it('zooms where the wheel is turned with Ctrl, pans by dragging, and a drag is no click', async () => {
        const { page } = await openReport([
          roundTrip({ id: '1', duration: 4 }),
          roundTrip({ id: '2', start: 500, duration: 4 }),
          roundTrip({ id: '3', start: 1000, duration: 4 }),
        ]);
        const box = await page.locator('canvas.bars').boundingBox();
        if (box === null) throw new Error('the bars are not shown');
        const middle = box.x + box.width / 2;
        await page.mouse.move(middle, box.y + 60);
        await page.keyboard.down('Control');
        for (let i = 0; i < 8; i++) await page.mouse.wheel(0, -60);
        await page.keyboard.up('Control');
        await expect.poll(() => colouredPixels(page, 1), PATIENT).toBe(0);
        expect(await colouredPixels(page, 2)).toBeGreaterThan(10);
        await page.mouse.down();
        await page.mouse.move(box.x + box.width - 10, box.y + 60, { steps: 8 });
        await page.mouse.up();
        expect(await page.locator('.details').count()).toBe(0);
        await page
          .locator('.row')
          .nth(1)
          .click({ position: { x: 200, y: 10 } });
        expect(await page.locator('.details').count()).toBe(1);
      });

      it('chooses a time in the overview', async () => {
        const { page } = await openReport(sampleTrace({ requests: 60 }));
        const box = await page.locator('.overview-time').boundingBox();
        if (box === null) throw new Error('the overview is not shown');
        await page.mouse.move(box.x + 100, box.y + 20);
        await page.mouse.down();
        await page.mouse.move(box.x + 300, box.y + 20, { steps: 4 });
        await page.mouse.up();
        expect(await page.getByRole('button', { name: 'All', exact: true }).isEnabled()).toBe(true);
        await page.mouse.dblclick(box.x + 200, box.y + 20);
        expect(await page.getByRole('button', { name: 'All', exact: true }).isDisabled()).toBe(true);
      });
    });

    describe('summary and findings', () => {
      it('lead to the requests that they tell of', async () => {
        const { page, trouble } = await openReport([
          ...sampleTrace({ requests: 40 }),
          ...Array.from({ length: 4 }, (_, n) =>
            roundTrip({
              id: `bad ${n}`,
              start: 10 * n,
              url: 'https://broken.example/x',
              error: 'ECONNRESET',
            }),
          ),
        ]);
        await page.getByRole('tab', { name: 'Summary' }).click();
        await page.getByRole('button', { name: 'https://broken.example' }).click();
        expect(await page.locator('.count').innerText()).toBe('4 of 44 requests');
        await page.getByRole('tab', { name: /Findings/ }).click();
        const finding = page.locator('.findings li', { hasText: 'https://broken.example' }).first();
        await finding.getByRole('button').first().click();
        expect(await page.locator('.details h2').innerText()).toBe('GET https://broken.example/x');
        expect(trouble).toEqual([]);
      });
    });

    describe('with what strangers send', () => {
      it('shows it as text: nothing runs, nothing is loaded, nothing is a link', async () => {
        const { page, trouble } = await openReport(hostileTrace());
        const rows = page.locator('.row:not(.group)');
        await page.getByRole('combobox', { name: 'Group by' }).selectOption('none');
        const count = await rows.count();
        expect(count).toBe(HOSTILE.length);
        for (let row = 0; row < count; row++) {
          await rows.nth(row).click();
          expect(await page.locator('.details').innerText()).toContain('hostile-header');
          expect(
            await page
              .locator('img, iframe, object, embed, a, form, svg, base, meta[http-equiv=refresh]')
              .count(),
          ).toBe(0);
        }
        for (const tab of ['Summary', 'Findings']) {
          await page.getByRole('tab', { name: tab }).click();
          expect(await page.locator('img, iframe, object, embed, a, form, svg, base').count()).toBe(0);
        }
        expect(await page.locator('script').count()).toBe(1);
        expect(await page.title()).toBe('httptrace');
        expect(trouble).toEqual([]);
      });

      it.each([1e300, -1e300, 8.7e15, 0])('stands times and durations around %d', async (number) => {
        const record = roundTrip({ id: '2', url: 'https://a.example/strange' });
        const amount = Math.abs(number);
        const { page, trouble } = await openReport([
          { type: 'run', version: 1, httptrace: '0.1.0', command: ['node'], started: number },
          roundTrip({ id: '1' }),
          {
            ...record,
            wallTime: number,
            start: number,
            duration: amount,
            phases: [{ name: 'wait', start: amount, duration: amount }],
            informational: [{ status: 103, time: number, header: [] }],
          },
          { type: 'end', version: 1, ended: number, exitCode: null, signal: 'SIGKILL' },
        ]);
        await page.locator('.row', { hasText: '/strange' }).click();
        expect(await page.locator('.details h2').innerText()).toContain('/strange');
        for (const tab of ['Summary', 'Findings', 'Requests'])
          await page.getByRole('tab', { name: tab }).click();
        expect(trouble).toEqual([]);
      });

      it('names characters that would reorder or hide text', async () => {
        const { page } = await openReport([
          roundTrip({ id: '1', url: 'https://a.example/\u202Egpj.exe\u200B' }),
        ]);
        expect(await page.locator('.row').nth(1).innerText()).toContain('/⟨U+202E⟩gpj.exe⟨U+200B⟩');
        await page.locator('.row').nth(1).click();
        expect(await page.locator('.details h2 .escape').allInnerTexts()).toEqual(['U+202E', 'U+200B']);
      });

      it('cuts a value of a megabyte until it is asked for', async () => {
        const record = roundTrip({ id: '1' });
        const { page } = await openReport([
          { ...record, request: { ...record.request, header: [['x', 'a'.repeat(1_000_000)]] } },
        ]);
        await page.locator('.row').nth(1).click();
        expect((await page.locator('.details').innerText()).length).toBeLessThan(5000);
        await page.getByRole('button', { name: 'all 1,000,000 characters' }).click();
        expect((await page.locator('.details').innerText()).length).toBeGreaterThan(1_000_000);
      });

      it('runs no script and no style that are not its own, should one get in', async () => {
        let asked = 0;
        const elsewhere = createServer((_, response) => response.end(String(asked++)));
        onTestFinished(() => void elsewhere.close());
        await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
        const url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`; // it listens on a port
        const { page, trouble } = await openReport([roundTrip({ id: '1' })]);
        await page.evaluate(`(() => {
        const script = document.createElement('script');
        script.textContent = 'window.hacked = true';
        document.body.append(script);
        const box = document.createElement('div');
        box.innerHTML = '<img src="${url}" onerror="window.hacked = true">';
        document.body.append(box);
      })()`);
        expect(await page.evaluate(`fetch("${url}").then(() => "sent", () => "refused")`)).toBe('refused');
        expect(await page.evaluate('window.hacked')).toBeUndefined();
        expect(trouble.some((line) => line.includes('Content Security Policy'))).toBe(true);
        expect(asked).toBe(0);
      });
    });

    describe('live', () => {
      it('shows requests as they come, and that it was all', async () => {
        const server = await startPageServer({ template: readTemplate() });
        onTestFinished(() => server.close());
        const { page, trouble } = await openUrl(server.url);
        await page.locator('.emptiness', { hasText: 'No request has ended yet.' }).waitFor();
        server.send({ type: 'run', version: 1, httptrace: '0.1.0', command: ['node', 'app.js'], started: 0 });
        server.send(roundTrip({ id: '1', url: 'https://a.example/first' }));
        await page.locator('.row', { hasText: '/first' }).waitFor();
        expect(await page.locator('.program').innerText()).toContain('node app.js');
        expect(await page.locator('.feed').innerText()).toBe('live');
        for (const line of sampleTrace({ requests: 200 })) server.send(line);
        await page.locator('.count', { hasText: '201 requests' }).waitFor();
        await server.close();
        await page.locator('.feed.ended').waitFor();
        expect(trouble).toEqual([]);
      });

      it('keeps the row that the keyboard is on while others come before it', async () => {
        const server = await startPageServer({ template: readTemplate() });
        onTestFinished(() => server.close());
        server.send(roundTrip({ id: '2', start: 100, url: 'https://a.example/second' }));
        const { page } = await openUrl(server.url);
        await page.locator('.row', { hasText: '/second' }).click();
        await page.keyboard.press('Escape');
        server.send(roundTrip({ id: '1', start: 0, url: 'https://a.example/first' }));
        await page.locator('.row', { hasText: '/first' }).waitFor();
        expect(await focusedRow(page)).toContain('/second');
        expect(await page.locator('.row:focus').getAttribute('aria-rowindex')).toBe('4');
      });

      it('tells a page that came late what it has missed', async () => {
        const server = await startPageServer({ template: readTemplate(), keep: 3000 });
        onTestFinished(() => server.close());
        for (let n = 0; n < 50; n++) server.send(roundTrip({ id: String(n), start: n }));
        const { page } = await openUrl(server.url);
        await page.locator('.notices', { hasText: /\d+ records are missing/ }).waitFor();
      });

      it('says when httptrace has gone without a word', async () => {
        const server = await startPageServer({ template: readTemplate() });
        const { page } = await openUrl(server.url);
        await page.locator('.feed.live').waitFor();
        // A page that is offline sees what one sees whose server was killed.
        await page.context().setOffline(true);
        await server.close();
        await page.locator('.feed.ended, .feed.reconnecting, .feed.disconnected').waitFor();
      });
    });

    describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
      it.each([1280, 390])('has no barrier that axe-core knows, %d pixels wide', async (width) => {
        const { page } = await openReport(
          [
            { type: 'run', version: 1, httptrace: '0.1.0', command: ['node', 'app.js'], started: 0 },
            ...sampleTrace({ requests: 120 }),
            { type: 'lost', version: 1, records: 1, reason: 'disk' },
          ],
          { width, height: 780, colorScheme },
        );
        const problems: string[] = [];
        async function check(where: string): Promise<void> {
          await page.evaluate(axe.source);
          const found: string =
            await page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
          violations.map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')).join('\\n'))`);
          if (found !== '') problems.push(`${where}: ${found}`);
        }
        await check('requests');
        await page.locator('.row:not(.group)').first().click();
        await check('details');
        await page.keyboard.press('Escape');
        await page.getByRole('combobox', { name: 'Group by' }).selectOption('connection');
        await check('connections');
        await page.getByRole('button', { name: 'Keys' }).click();
        await check('keys');
        await page.keyboard.press('Escape');
        await page.getByRole('tab', { name: 'Summary' }).click();
        await check('summary');
        await page.getByRole('tab', { name: /Findings/ }).click();
        await check('findings');
        expect(problems).toEqual([]);
      });
    });
  },
);
