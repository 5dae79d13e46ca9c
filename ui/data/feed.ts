import { Backlog } from './backlog.ts';
import type { Trace } from './trace.ts';

/** Where the lines come from, and how that goes. */
export type FeedStatus =
  | { readonly kind: 'reading' | 'complete' | 'live' | 'reconnecting' | 'ended' | 'disconnected' }
  | { readonly kind: 'damaged'; readonly reason: string };

export interface Feed {
  readonly trace: Trace;
  /** The trace has grown. */
  changed(): void;
  status(status: FeedStatus): void;
}

/** Milliseconds of reading after which the page gets a turn. */
const TURN = 12;

/** Reads the trace that a report holds: a line of text is a gzip member in base64. */
export async function readEmbedded(element: HTMLElement, feed: Feed): Promise<void> {
  const blocks = element.textContent.split('\n').filter((block) => block !== '');
  element.remove();
  for (const [index, block] of blocks.entries()) {
    let text: string;
    try {
      text = await decompress(block);
    } catch {
      feed.changed();
      feed.status({
        kind: 'damaged',
        reason: `This file is damaged: part ${index + 1} of ${blocks.length} cannot be read.`,
      });
      return;
    }
    await addLines(text, feed);
  }
  feed.changed();
  feed.status({ kind: 'complete' });
}

async function decompress(base64: string): Promise<string> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).text();
}

async function addLines(text: string, feed: Feed): Promise<void> {
  let turnEnds = performance.now() + TURN;
  let from = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
    feed.trace.add(text.slice(from, end));
    from = end + 1;
    if (performance.now() < turnEnds) continue;
    feed.changed();
    await nextTurn();
    turnEnds = performance.now() + TURN;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** Listens to the server that this page came from. */
export function followLive(feed: Feed): void {
  const source = new EventSource('events');
  const backlog = new Backlog(
    (line) => feed.trace.add(line),
    () => feed.changed(),
  );
  source.addEventListener('open', () => feed.status({ kind: 'live' }));
  source.addEventListener('message', ({ data }: MessageEvent<string>) => {
    backlog.add(data.split('\n').filter((line) => line !== ''));
  });
  source.addEventListener('lost', ({ data }: MessageEvent<string>) => {
    feed.trace.lost += Number(data);
    feed.changed();
  });
  source.addEventListener('end', () => {
    source.close();
    backlog.whenEmpty(() => feed.status({ kind: 'ended' }));
  });
  source.addEventListener('error', () => {
    feed.status({ kind: source.readyState === EventSource.CLOSED ? 'disconnected' : 'reconnecting' });
  });
}
