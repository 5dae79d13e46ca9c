import { requirePeer } from './require.mjs';

/** OpenTelemetry's instrumentations of HTTP clients, with an exporter that drops the spans. @type {import('../rows.mjs').Row} */
export const openTelemetry = {
  title: 'OpenTelemetry',
  clients: ['http', 'dial', 'https', 'undici', 'fetch'],
  isPeer: true,
  async start() {
    const { NodeTracerProvider, BatchSpanProcessor } = requirePeer('@opentelemetry/sdk-trace-node');
    const { HttpInstrumentation } = requirePeer('@opentelemetry/instrumentation-http');
    const { UndiciInstrumentation } = requirePeer('@opentelemetry/instrumentation-undici');
    let seen = 0;
    // Counted where each span ends, because the batch processor drops spans when its queue is full.
    const counter = {
      onStart() {},
      onEnd: () => void seen++,
      forceFlush: async () => {},
      shutdown: async () => {},
    };
    const exporter = { export: (_spans, done) => done({ code: 0 }), shutdown: async () => {} };
    const provider = new NodeTracerProvider({ spanProcessors: [counter, new BatchSpanProcessor(exporter)] });
    provider.register();
    for (const instrumentation of [new HttpInstrumentation(), new UndiciInstrumentation()]) {
      instrumentation.setTracerProvider(provider);
      instrumentation.enable();
    }
    // These two are patched when they are required.
    requirePeer('node:http');
    requirePeer('node:https');
    return { seen: () => seen };
  },
};
