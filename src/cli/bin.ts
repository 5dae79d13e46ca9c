#!/usr/bin/env node
import { main } from './main.ts';

/** What `process` calls the number of a program that was ended by SIGINT. */
const INTERRUPTED = 130;

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

process.exitCode = await main(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  platform: process.platform,
  onInterrupt,
});
