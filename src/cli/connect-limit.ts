import { RequestTimeoutError } from './errors.ts';

/**
 * Starts the time of `--connect-timeout`.
 *
 * @param seconds - undefined for no limit.
 * @param cancel - called when it is over.
 * @returns to be called when the connection is ready, or not needed.
 */
export function limitConnecting(seconds: number | undefined, cancel: (reason: Error) => void): () => void {
  if (seconds === undefined) return () => {};
  const timer = setTimeout(
    () => cancel(new RequestTimeoutError('--connect-timeout', seconds)),
    seconds * 1000,
  );
  return () => clearTimeout(timer);
}
