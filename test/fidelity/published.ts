import diagnostics from 'node:diagnostics_channel';
import { onTestFinished } from 'vitest';

/** What is published on `channel` until the test has finished. */
export function published(channel: string): unknown[] {
  const messages: unknown[] = [];
  const subscriber = (message: unknown): unknown => messages.push(message);
  diagnostics.subscribe(channel, subscriber);
  onTestFinished(() => void diagnostics.unsubscribe(channel, subscriber));
  return messages;
}

/** The next message on `channel`. */
export function nextOn(channel: string): Promise<unknown> {
  return new Promise((resolve) => {
    const subscriber = (message: unknown): void => {
      diagnostics.unsubscribe(channel, subscriber);
      resolve(message);
    };
    diagnostics.subscribe(channel, subscriber);
  });
}
