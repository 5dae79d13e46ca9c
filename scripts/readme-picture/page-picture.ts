import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { renderReport } from '../../src/cli/page/render-report.ts';
import type { TraceLine } from '../../src/trace-file/types.ts';
import { launchBrowser } from '../../test/page/browser.ts';
import { MOST_BYTES, PAGE_PICTURES, pictureFile } from './pictures.ts';

const SIZE = { width: 1280, height: 720 };
/** A README shows it smaller, but on screens that have two pixels for one. */
const PIXELS = 1.5;
/** A request that waited for a connection, so that there is something to see in its details. */
const OPENED = '/products/6.jpg';

/**
 * Takes the pictures of the page with a trace in it, one for each theme. Fonts are those of the machine, so they are other
 * ones each time.
 *
 * @param root - the project's folder; the page must be built.
 * @param report - where to put the page.
 */
export async function takePagePictures(root: URL, trace: readonly TraceLine[], report: URL): Promise<void> {
  const template = readFileSync(fileURLToPath(new URL('dist/page.html', root)), 'utf8');
  writeFileSync(report, [...renderReport(template, trace)].join(''));
  const browser = await launchBrowser();
  try {
    for (const { name, colorScheme } of PAGE_PICTURES) {
      const page = await browser.newPage({ viewport: SIZE, colorScheme, deviceScaleFactor: PIXELS });
      await page.goto(report.href);
      await page.getByRole('row').filter({ hasText: OPENED }).click();
      await page.locator('.details').waitFor();
      await page.mouse.move(SIZE.width / 2, 0); // off the rows, on which it draws a line
      const picture = await toWebP(browser, await page.screenshot());
      if (picture.length > MOST_BYTES)
        throw new Error(`${name} would have ${picture.length} bytes; ${MOST_BYTES} are allowed`);
      writeFileSync(pictureFile(root, name), picture);
    }
  } finally {
    await browser.close();
  }
}

/** A third of the bytes of the PNG; at this quality letters stay clean. */
async function toWebP(browser: Browser, png: Buffer): Promise<Buffer> {
  const blank = await browser.newPage(); // the report's policy forbids what follows
  const base64: string = await blank.evaluate(`(async () => {
    const bytes = Uint8Array.from(atob('${png.toString('base64')}'), (c) => c.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes]));
    const canvas = new OffscreenCanvas(image.width, image.height);
    canvas.getContext('2d').drawImage(image, 0, 0);
    const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.85 });
    let text = '';
    for (const byte of new Uint8Array(await blob.arrayBuffer())) text += String.fromCharCode(byte);
    return btoa(text);
  })()`);
  await blank.close();
  return Buffer.from(base64, 'base64');
}
