// The server of the benchmarks: its own process, so that its work is not counted; small keep-alive answers.
import http from 'node:http';

const body = 'x'.repeat(256);
const server = http.createServer((request, response) => {
  request.resume();
  response.setHeader('content-length', 256);
  response.end(body);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
process.on('disconnect', () => process.exit());
