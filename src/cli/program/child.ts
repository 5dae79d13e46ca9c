import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { cleanText } from '../../view/text.ts';
import { errorCode, errorMessage } from '../errors.ts';

/** How a command ended. */
export interface Ending {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The command could not be started. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly code = 'ERR_HTTPTRACE_START';
  /** As shells have it: 127 for a command that is not found, 126 for one that cannot be run. */
  readonly exitCode: 126 | 127;

  constructor(command: string, cause: unknown) {
    const isMissing = errorCode(cause) === 'ENOENT';
    super(isMissing ? `command not found: ${cleanText(command)}` : startProblem(command, cause), { cause });
    this.exitCode = isMissing ? 127 : 126;
  }
}

function startProblem(command: string, cause: unknown): string {
  const name = cleanText(command);
  if (errorCode(cause) !== 'EACCES') return `cannot run ${name}: ${errorMessage(cause)}`;
  const hint = /\.[cm]?[jt]s$/.test(command) ? `: write httptrace run -- node ${name}` : '';
  return `cannot run ${name}: it is not executable${hint}`;
}

/** A command that runs in the terminal as if it had been started there itself. */
export interface Child {
  /** False when it is known already that it could not be started. */
  readonly isStarted: boolean;
  /** Rejects with a {@link StartError}. */
  readonly ended: Promise<Ending>;
}

/** Signals that whoever sends them means for the command. */
const FORWARDED: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'];
/** Signals that the terminal sends to the whole group, the command among them. */
const FROM_TERMINAL: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];

/**
 * Starts a command with our standard streams.
 *
 * @param isInTerminal - Ctrl-C reaches the command without us.
 */
export function startChild(
  [program = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  isInTerminal: boolean,
): Child {
  // Before the start, so that a signal in between does not leave the command alone.
  let child: ChildProcess | undefined;
  const stopListening = onSignals((signal) => {
    if (!(isInTerminal && FROM_TERMINAL.includes(signal))) child?.kill(signal);
  });
  const ended = new Promise<Ending>((resolve, reject) => {
    try {
      child = spawn(program, args, { stdio: 'inherit', env });
    } catch (error) {
      reject(new StartError(program, error));
      return;
    }
    // A signal that cannot be delivered is an error, too, but no failure to start.
    child.on('error', (error) => {
      if (child?.pid === undefined) reject(new StartError(program, error));
    });
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  });
  return { isStarted: child?.pid !== undefined, ended: ended.finally(stopListening) };
}

function onSignals(listener: (signal: NodeJS.Signals) => void): () => void {
  const signals = [...FORWARDED, ...FROM_TERMINAL];
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}

/** Exit code of a command that ended so, as shells have it. */
export function exitCodeOf({ exitCode, signal }: Ending): number {
  if (signal !== null) return 128 + (constants.signals[signal] ?? 0);
  return exitCode ?? 1;
}

/** Signals by which we end as the command did: whoever waits for us sees why. Those that leave a core file are not. */
const RAISED: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL', 'SIGALRM'];

/** Ends this process by the signal that ended the command. Returns when that is not to be. */
export function raise({ signal }: Ending): void {
  if (signal === null || !RAISED.includes(signal) || process.platform === 'win32') return;
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
