// The server of the benchmarks: small keep-alive answers.
import http from 'node:http';

const body = 'x'.repeat(256);

export function createServer() {
  const server = http.createServer((request, response) => {
    request.resume();
    response.setHeader('content-length', 256);
    response.end(body);
  });
  server.keepAliveTimeout = 60_000;
  return server;
}
