import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { argv, execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { drawPicture, pictureFile, readRecording } from './pictures.ts';

const ROOT = new URL('../../../../', import.meta.url);
const recording = pictureFile(ROOT, 'waterfall.json');

/** Needs Linux, root, util-linux, iproute2, python3 and openssl. */
function record(): void {
  const script = fileURLToPath(new URL('record.js', import.meta.url));
  const { status, stdout } = spawnSync('unshare', ['--net', '--mount', execPath, script], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`the recording ended with ${status}`);
  const records: unknown[] = stdout
    .split('\n')
    .flatMap((line): unknown[] => (line === '' ? [] : [JSON.parse(line)]));
  writeFileSync(recording, `${JSON.stringify(records, undefined, 2)}\n`);
}

if (argv.includes('--record')) record();
writeFileSync(pictureFile(ROOT, 'waterfall.svg'), drawPicture(readRecording(recording)));
