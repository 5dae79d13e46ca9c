import type { ClientName } from './clients.ts';
import { UsageError } from './errors.ts';
import type { Sender, SenderOptions } from './send.ts';

/**
 * Makes the sender of a client; its library is loaded here and not before.
 *
 * @throws UsageError when the client cannot be used in this process.
 */
export async function makeSender(client: ClientName, options: SenderOptions): Promise<Sender> {
  switch (client) {
    case 'undici': {
      const [{ UndiciSender }, { loadUndici }] = await Promise.all([
        import('./send-undici.ts'),
        import('./load-undici.ts'),
      ]);
      return new UndiciSender(options, loadUndici());
    }
    case 'fetch': {
      const [{ FetchSender }, { agentOfFetch }] = await Promise.all([
        import('./send-fetch.ts'),
        import('./fetch-agent.ts'),
      ]);
      const FetchAgent = agentOfFetch();
      if (FetchAgent === undefined) throw new UsageError(REPLACED_FETCH);
      return new FetchSender(options, FetchAgent);
    }
    case 'http': {
      const { HttpSender } = await import('./send-http.ts');
      return new HttpSender(options);
    }
    case 'http2': {
      const { Http2Sender } = await import('./send-http2.ts');
      return new Http2Sender(options);
    }
  }
}

const REPLACED_FETCH =
  'fetch does not send with an Agent of its own in this process (a preload has set another dispatcher): use --client undici';
