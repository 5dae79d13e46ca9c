// The server of the benchmarks: small keep-alive answers, by HTTP/1.1 or by HTTP/2 without TLS.
import http from 'node:http';
import http2 from 'node:http2';

const body = 'x'.repeat(256);

export function createServer(isHttp2 = false) {
  const server = isHttp2 ? http2.createServer(answer) : http.createServer(answer);
  if (!isHttp2) server.keepAliveTimeout = 60_000;
  return server;
}

function answer(request, response) {
  request.resume();
  response.setHeader('content-length', 256);
  response.end(body);
}
