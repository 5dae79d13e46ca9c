import type { HookWatch } from './hook-watch.ts';
import type { CommonStep } from './server-script.ts';

/** What a server's script can have the client do. */
export interface ClientControl {
  cancel(request: number): void;
  start(request: number): void;
}

/** What the scripts of a server share. */
export interface ScriptContext {
  readonly hooks: HookWatch;
  readonly client: ClientControl;
}

/** Plays a step that all kinds of scripts have; tells whether it was one. */
export async function playCommon(
  step: CommonStep | object,
  { hooks, client }: ScriptContext,
  signal: AbortSignal,
): Promise<boolean> {
  if ('awaitHook' in step) await hooks.reported(step.awaitHook, { ...step, signal });
  else if ('cancel' in step) client.cancel(step.cancel);
  else if ('start' in step) client.start(step.start);
  else return false;
  return true;
}
