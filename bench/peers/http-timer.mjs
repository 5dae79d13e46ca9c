import { requirePeer } from './require.mjs';

/** As many as a Recorder keeps. */
const KEPT = 10_000;

/** What `got` times its requests with. @type {import('../rows.mjs').Row} */
export const httpTimer = timing('@szmarczak/http-timer', () => {});

/** The same, where somebody wants to look at the times later, as at records. @type {import('../rows.mjs').Row} */
export const httpTimerKept = timing('@szmarczak/http-timer, the last 10,000 timings kept', keepingLast());

/**
 * @param {string} title
 * @param {(timings: object) => void} keep
 * @returns {import('../rows.mjs').Row}
 */
function timing(title, keep) {
  return {
    title,
    clients: ['http', 'dial', 'https'],
    isPeer: true,
    async start() {
      const { default: timer } = await import(requirePeer.resolve('@szmarczak/http-timer'));
      let seen = 0;
      return {
        onRequest(request) {
          keep(timer(request));
          if (request.timings.start > 0) seen++;
        },
        seen: () => seen,
      };
    },
  };
}

/** @returns {(timings: object) => void} keeps it in a ring */
function keepingLast() {
  /** @type {object[]} */
  const kept = [];
  let at = 0;
  return (timings) => {
    kept[at] = timings;
    at = at + 1 === KEPT ? 0 : at + 1;
  };
}
