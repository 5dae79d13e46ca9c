// What `httptrace run` is shown with: it opens a connection for each request, and does not know.
import https from 'node:https';

const agent = new https.Agent({ maxSockets: 4 });

/** @param {string} path */
function get(path) {
  return new Promise((resolve, reject) => {
    const request = https.get(`https://api.example.test${path}`, { agent }, (response) => {
      response.resume().on('end', resolve);
    });
    request.on('error', reject);
  });
}

await get('/orders');
for (let order = 101; order <= 108; order++) await get(`/orders/${order}`);
