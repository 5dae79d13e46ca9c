import { requirePeer } from './require.mjs';

/** Datadog's tracer, with an exporter that drops the traces. @type {import('../rows.mjs').Row} */
export const ddTrace = {
  title: 'dd-trace',
  clients: ['http', 'dial', 'https', 'undici', 'fetch', 'http2'],
  isPeer: true,
  async start() {
    const tracer = requirePeer('dd-trace').init({
      startupLogs: false,
      remoteConfig: { enabled: false },
      telemetry: { enabled: false },
      runtimeMetrics: false,
      profiling: false,
    });
    let seen = 0;
    tracer._tracer._exporter.export = (spans) => void (seen += spans.length);
    for (const name of ['node:http', 'node:https', 'node:http2']) requirePeer(name);
    return { seen: () => seen };
  },
};
