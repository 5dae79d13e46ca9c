#!/usr/bin/env node
import { whyUnsupported } from './supported-node.ts';

/** What `process` calls the number of a program that was ended by SIGINT. */
const INTERRUPTED = 130;
/** curl's code for what could not even begin. */
const UNSUPPORTED = 2;

for (const stream of [process.stdout, process.stderr]) {
  // A reader that has gone away (`httptrace URL | head`) is no failure of ours.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
}

function onInterrupt(listener: () => void): () => void {
  let pressed = 0;
  function handle(): void {
    pressed++;
    // Whoever presses it again does not want to wait for the picture.
    if (pressed > 1) process.exit(INTERRUPTED);
    listener();
  }
  process.on('SIGINT', handle);
  return () => process.off('SIGINT', handle);
}

async function run(): Promise<number> {
  const reason = whyUnsupported(process.versions.node);
  if (reason !== undefined) {
    process.stderr.write(`${reason}\n`);
    return UNSUPPORTED;
  }
  // Only now, because an old Node cannot even parse what it imports.
  const { main } = await import('./main.ts');
  return main(process.argv.slice(2), {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    platform: process.platform,
    onInterrupt,
  });
}

process.exitCode = await run();
