// What the page is shown with: several servers, several clients, and not all of it well done.
import http2 from 'node:http2';
import https from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';

const API = 'https://api.example.test';
const IMAGES = 'https://images.example.test';

const withoutKeepAlive = new https.Agent();
const fourConnections = new https.Agent({ keepAlive: true, maxSockets: 4 });

/**
 * @param {string} url
 * @param {https.Agent} agent
 */
function get(url, agent) {
  return new Promise((resolve, reject) => {
    const request = https.get(url, { agent }, (response) => {
      response.resume().on('end', resolve);
    });
    request.on('error', reject);
  });
}

/**
 * @param {string} url
 * @param {RequestInit} [init]
 */
async function read(url, init) {
  const response = await fetch(url, init);
  await response.arrayBuffer();
}

async function showOrders() {
  await get(`${API}/orders`, withoutKeepAlive);
  for (let order = 101; order <= 107; order++) await get(`${API}/orders/${order}`, withoutKeepAlive);
}

async function showImages() {
  await delay(60);
  const names = Array.from({ length: 14 }, (_, index) => `${IMAGES}/products/${index + 1}.jpg`);
  await Promise.all(names.map((name) => get(name, fourConnections)));
}

async function search() {
  await delay(120);
  for (const words of ['red', 'red+shoes', 'red+shoes+42']) {
    await read(`https://search.example.test/find?q=${words}`);
    await delay(20);
  }
}

async function sendEvents() {
  await delay(90);
  const session = http2.connect('https://events.example.test');
  const sent = Array.from({ length: 6 }, async (_, index) => {
    await delay(index * 45);
    const stream = session.request({ ':method': 'POST', ':path': '/events' });
    stream.end('{"seen":true}');
    await new Promise((resolve) => stream.resume().on('end', resolve));
  });
  await Promise.all(sent);
  session.close();
}

await read('https://auth.example.test/token', { method: 'POST', body: 'grant_type=client_credentials' });
await Promise.all([showOrders(), showImages(), search(), sendEvents()]);
