import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { argv, execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { takePagePictures } from './page-picture.ts';
import { drawPicture, drawRunPicture, pictureFile, readRecording, readTraceRecording } from './pictures.ts';

const ROOT = new URL('../../../../', import.meta.url);
const WATERFALL = pictureFile(ROOT, 'waterfall.json');
const RUN = pictureFile(ROOT, 'run.jsonl');
const PAGE = pictureFile(ROOT, 'page.jsonl');

/** Needs Linux, root, util-linux, iproute2, python3 and openssl. */
function record(name: string): string {
  const script = fileURLToPath(new URL('record.js', import.meta.url));
  const { status, stdout } = spawnSync('unshare', ['--net', '--mount', execPath, script, name], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`the recording of ${name} ended with ${status}`);
  return stdout;
}

function recordWaterfall(): void {
  const records: unknown[] = record('waterfall')
    .split('\n')
    .flatMap((line): unknown[] => (line === '' ? [] : [JSON.parse(line)]));
  writeFileSync(WATERFALL, `${JSON.stringify(records, undefined, 2)}\n`);
}

const recorded = argv.flatMap((arg) => /^--record=(.*)$/.exec(arg)?.[1] ?? []);
if (recorded.includes('waterfall')) recordWaterfall();
if (recorded.includes('run')) writeFileSync(RUN, record('run'));
if (recorded.includes('page')) writeFileSync(PAGE, record('page'));

writeFileSync(pictureFile(ROOT, 'waterfall.svg'), drawPicture(readRecording(WATERFALL)));
writeFileSync(pictureFile(ROOT, 'run.svg'), drawRunPicture(readTraceRecording(RUN)));
if (argv.includes('--page') || recorded.includes('page')) {
  await takePagePictures(ROOT, readTraceRecording(PAGE), new URL('page.html', import.meta.url));
}
