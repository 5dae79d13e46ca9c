import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { RoundTripRecord } from '../../src/record/types.ts';
import { Pen } from '../../src/view/pen.ts';
import { drawWaterfall } from '../../src/view/waterfall.ts';
import { drawTerminal } from './svg.ts';

const COLUMNS = 88;

/** The command whose output the picture shows. */
export const ARGUMENTS: readonly string[] = ['-L', 'example.test'];

/** Path of a file in docs/pictures/, from this file in scripts/ or its compiled form. */
export function pictureFile(root: URL, name: string): string {
  return fileURLToPath(new URL(`docs/pictures/${name}`, root));
}

/** Reads the records that were written by the command with `--json`. */
export function readRecording(file: string): RoundTripRecord[] {
  return JSON.parse(readFileSync(file, 'utf8')) as RoundTripRecord[]; // record.ts writes it
}

/** Draws records as the command does, in a terminal. */
export function drawPicture(records: readonly RoundTripRecord[]): string {
  const terminal = { width: COLUMNS, colour: true, unicode: true };
  const pen = new Pen(terminal);
  const prompt = `${pen.paint('good', '$')} ${pen.paint('bold', ['httptrace', ...ARGUMENTS].join(' '))}`;
  return drawTerminal([prompt, '', ...drawWaterfall(records, terminal)], COLUMNS, {
    title: 'Output of httptrace in a terminal',
    description:
      'Two requests on one time axis: a redirect from http to https, and the page. A bar for each phase, with its time: queued, dns, connect, tls, send, wait, receive. Above the bars the connection, the certificate, the size of the response, and early hints, which are marked on the bar of wait.',
  });
}
