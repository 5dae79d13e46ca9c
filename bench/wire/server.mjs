// The servers of one measurement, in a process of their own: HTTP/1.1 and HTTP/2, each without and with TLS. They answer
// after a pause and in two parts, so that the first byte of a response is not its last. Started with an IPC channel;
// sends its ports, and each line of TLS keys.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { join } from 'node:path';

/** Milliseconds; random, so that answers do not come in step with what keeps the client's event loop busy. */
const PAUSE = { least: 1, most: 10 };
const [directory = '.', bytes = '8192'] = process.argv.slice(2);
const part = 'x'.repeat(Number(bytes));

const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '2'];
const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
const files = ['-keyout', join(directory, 'key.pem'), '-out', join(directory, 'cert.pem')];
execFileSync('openssl', ['req', '-x509', ...subject, ...curve, ...files], { stdio: 'pipe' });
const key = readFileSync(join(directory, 'key.pem'));
const cert = readFileSync(join(directory, 'cert.pem'));

const servers = {
  http: http.createServer(answer),
  https: https.createServer({ key, cert, minVersion: 'TLSv1.3' }, answer),
  h2c: http2.createServer(answer),
  h2: http2.createSecureServer({ key, cert, minVersion: 'TLSv1.3' }, answer),
};

/** @type {Record<string, number>} */
const ports = {};
for (const [name, server] of Object.entries(servers)) {
  server.on('keylog', (line) => process.send?.({ keys: line.toString() }));
  server.listen(0);
  await once(server, 'listening');
  ports[name] = server.address().port;
}
process.send?.({ ports });
process.on('disconnect', () => process.exit());

function answer(request, response) {
  request.resume();
  request.on('end', () => {
    pause(() => {
      response.setHeader('content-length', part.length * 2);
      // The last of a connection's requests: the next one dials anew, whatever the client.
      if (request.url === '/stream' && request.httpVersion === '1.1')
        response.setHeader('connection', 'close');
      response.write(part);
      pause(() => response.end(part));
    });
  });
}

/** @param {() => void} then */
function pause(then) {
  setTimeout(then, PAUSE.least + Math.random() * (PAUSE.most - PAUSE.least));
}
