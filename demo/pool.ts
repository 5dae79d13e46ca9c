import * as http from 'node:http';
import { record } from '../src/index.ts';
import { cellAt } from '../src/view/bar.ts';
import { ConnectionNumbers } from '../src/view/connection-numbers.ts';
import { durationScale } from '../src/view/format.ts';
import { layoutWaterfall } from '../src/view/layout.ts';
import { padEnd, padStart } from '../src/view/text.ts';
import { axisTicks } from '../src/view/ticks.ts';
import type { RoundTripRecord } from '../src/record/types.ts';
import { get } from './requests.ts';
import type { Stage } from './stage.ts';
import { drawStrip, stripLegend } from './strip.ts';

const LABEL_WIDTH = 12;
const QUEUED_WIDTH = 11;
const CONNECTION_WIDTH = 13;
const LEAST_COLUMNS = 16;
const COLUMNS_PER_TICK = 9;
const QUEUED_HEADING = 'queued';
const REQUESTS = 6;

/** Six requests at once through a pool of two connections. */
export async function showPool(stage: Stage, origin: string): Promise<void> {
  await stage.code([
    'const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });',
    'const { records } = await record(() =>',
    '  Promise.all(urls.map((url) => get(url, { agent }))),',
    ');',
  ]);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });
  const urls = Array.from({ length: REQUESTS }, (_, index) => `${origin}/photo/${index + 1}`);
  const result = await record(() => Promise.all(urls.map((url) => get(url, { agent }))));
  agent.destroy();
  if (result.status === 'rejected') throw result.reason;
  await stage.print(drawPool(stage, [...result.records].sort(byUrl)));
}

function byUrl(a: RoundTripRecord, b: RoundTripRecord): number {
  return a.request.url.localeCompare(b.request.url);
}

/** One line a request, on one axis. */
function drawPool({ pen, terminal }: Stage, records: readonly RoundTripRecord[]): string[] {
  const layout = layoutWaterfall(records);
  const columns = Math.max(LEAST_COLUMNS, terminal.width - LABEL_WIDTH - QUEUED_WIDTH - CONNECTION_WIDTH);
  const scale = durationScale(layout.duration);
  const numbers = new ConnectionNumbers();
  const headingAt = columns + QUEUED_WIDTH - QUEUED_HEADING.length;
  let axis = '';
  for (const { at, label } of axisTicks(layout.duration, Math.floor(columns / COLUMNS_PER_TICK))) {
    const column = cellAt(at, columns);
    // The last label may stand over the next column, which has room beside its heading.
    if (column + label.length < headingAt) axis = axis.padEnd(column) + label;
  }
  const head = `${padEnd(axis, headingAt)}${QUEUED_HEADING}  connection`;
  const lines = [' '.repeat(LABEL_WIDTH) + pen.paint('dim', head)];
  for (const group of layout.groups) {
    const { connection, phases, request } = group.record;
    const queued = phases.find((phase) => phase.name === 'queued');
    const which =
      connection === undefined
        ? ''
        : `#${numbers.numberOf(connection.id)} ${connection.reused ? 'reused' : 'new'}`;
    lines.push(
      padEnd(new URL(request.url).pathname, LABEL_WIDTH) +
        padEnd(drawStrip(pen, group, columns), columns) +
        padStart(queued === undefined ? '' : scale.text(queued.duration), QUEUED_WIDTH) +
        `  ${which}`,
    );
  }
  lines.push(
    '',
    ' '.repeat(LABEL_WIDTH) + stripLegend(pen, ['queued', 'dns', 'connect', 'send', 'wait', 'receive']),
  );
  return lines.map((line) => line.trimEnd());
}
