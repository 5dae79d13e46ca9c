import { requirePeer } from './require.mjs';

/** What `got` times its requests with. @type {import('../rows.mjs').Row} */
export const httpTimer = {
  title: '@szmarczak/http-timer',
  clients: ['http', 'dial', 'https'],
  isPeer: true,
  async start() {
    const { default: timer } = await import(requirePeer.resolve('@szmarczak/http-timer'));
    let seen = 0;
    return {
      onRequest(request) {
        timer(request);
        if (request.timings.start > 0) seen++;
      },
      seen: () => seen,
    };
  },
};
