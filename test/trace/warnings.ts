import { onTestFinished } from 'vitest';

/** A process warning of httptrace. */
export interface HookWarning extends Error {
  readonly code: string;
}

/** Keeps the warnings of httptrace until the test has finished, and keeps them from being printed. */
export function hookWarnings(): HookWarning[] {
  const warnings: HookWarning[] = [];
  const printers = process.listeners('warning');
  const keep = (warning: Error): void => {
    if (warning.name === 'HttptraceWarning') warnings.push(warning as HookWarning); // named so by call.ts alone
    else for (const print of printers) print(warning);
  };
  process.removeAllListeners('warning');
  process.on('warning', keep);
  onTestFinished(() => {
    process.removeListener('warning', keep);
    for (const print of printers) process.on('warning', print);
  });
  return warnings;
}

/** Resolves when warnings that were emitted, and rejections that were handled, have been told of. */
export async function warned(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}
