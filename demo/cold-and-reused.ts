import * as https from 'node:https';
import { createSecureContext } from 'node:tls';
import type { PhaseName, RoundTripRecord } from '../src/record/types.ts';
import { formatDuration } from '../src/view/format.ts';
import { layoutWaterfall, PHASES } from '../src/view/layout.ts';
import { drawStats } from '../src/view/stats-table.ts';
import { metricOf, type Call } from '../src/view/stats.ts';
import { padEnd, padStart } from '../src/view/text.ts';
import { get, repeat } from './requests.ts';
import type { Stage } from './stage.ts';
import { drawStrip, stripLegend } from './strip.ts';

const REQUESTS = 20;
const LABEL_WIDTH = 12;
const TIME_WIDTH = 11;
const LEAST_COLUMNS = 16;

/** The same request with a connection of its own each time, and through a pool. */
export async function showColdAndReused(stage: Stage, url: string, ca: string): Promise<void> {
  const { pen, terminal } = stage;
  // Made once: reading certificates again for each connection is work of the client, not of the connection.
  const secureContext = createSecureContext({ ca });
  const cold = await measure(url, new https.Agent({ keepAlive: false, secureContext }));
  await stage.print([pen.paint('bold', 'Cold: new https.Agent({ keepAlive: false })'), '']);
  await stage.print([...drawStats(cold, terminal), '']);

  // The first request of a pool is a cold one too; it is not what is compared.
  const agent = new https.Agent({ keepAlive: true, secureContext });
  await get(url, { agent });
  const reused = await measure(url, agent);
  await stage.print([pen.paint('bold', 'Reused: new https.Agent({ keepAlive: true })'), '']);
  await stage.print([...drawStats(reused, terminal), '']);

  await stage.print(drawComparison(stage, median(cold), median(reused)));
}

async function measure(url: string, agent: https.Agent): Promise<Call[]> {
  const calls = await repeat(REQUESTS, () => get(url, { agent }));
  agent.destroy();
  return calls;
}

/** The call that took neither long nor short. */
function median(calls: readonly Call[]): RoundTripRecord {
  const sorted = [...calls].sort((a, b) => (metricOf(a, 'total') ?? 0) - (metricOf(b, 'total') ?? 0));
  const [record] = sorted[Math.floor((sorted.length - 1) / 2)] ?? [];
  if (record === undefined) throw new Error('no request was recorded');
  return record;
}

/** Both on one axis, as if they had begun together. */
function drawComparison({ pen, terminal }: Stage, cold: RoundTripRecord, reused: RoundTripRecord): string[] {
  const layout = layoutWaterfall([cold, { ...reused, start: cold.start, process: cold.process }]);
  const columns = Math.max(LEAST_COLUMNS, terminal.width - LABEL_WIDTH - TIME_WIDTH);
  const lines = [pen.paint('bold', 'The median request of each, on one time axis'), ''];
  for (const [index, group] of layout.groups.entries()) {
    lines.push(
      padEnd(index === 0 ? 'cold' : 'reused', LABEL_WIDTH) +
        padEnd(drawStrip(pen, group, columns), columns) +
        padStart(formatDuration(group.record.duration), TIME_WIDTH),
    );
  }
  lines.push('', ' '.repeat(LABEL_WIDTH) + stripLegend(pen, phasesOf(cold)), '');
  const saved = cold.duration - reused.duration;
  const gone = phasesOf(cold).filter((name) => durationOf(reused, name) === 0);
  lines.push(
    `Reusing the connection saved ${pen.paint('good', `${formatDuration(saved)} of ${formatDuration(cold.duration)}`)}: no ${gone.join(', no ')}.`,
  );
  return lines;
}

function phasesOf(record: RoundTripRecord): PhaseName[] {
  return PHASES.filter((name) => durationOf(record, name) > 0);
}

function durationOf(record: RoundTripRecord, name: PhaseName): number {
  return record.phases.reduce((sum, phase) => (phase.name === name ? sum + phase.duration : sum), 0);
}
