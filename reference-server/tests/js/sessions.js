// Idle sessions, and the memory that a server has for each of them.
//
//   node sessions.js URL PID KIND NUMBER
//
// KIND is `websocket` or `polling`. With an URL of `https:` the certificate is not
// checked. Sessions of polling always have a request that waits, as those of real
// clients do. PID is the server's; its resident memory is read from /proc.
'use strict';

const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const { createRequire } = require('node:module');
const { setTimeout: after } = require('node:timers/promises');

const WebSocket = createRequire(require.resolve('socket.io-client-4'))('ws');
/** How many open at the same time. */
const AT_ONCE = 50;

const [url, pid, kind, number] = process.argv.slice(2);
const secure = url.startsWith('https:');
const { request, Agent } = secure ? https : http;
const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });

/** Resident memory of the server in KiB, once it has settled. */
async function resident() {
  await after(2_000);
  return Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
}

async function websocket(id) {
  const address = `${url.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket&clientId=${id}`;
  const socket = new WebSocket(address, { rejectUnauthorized: false });
  await once(socket, 'message');
  socket.send('40');
  await once(socket, 'message');
}

/** What an HTTP request is answered. */
async function ask(query, body) {
  const options = { agent, method: body ? 'POST' : 'GET' };
  const asked = request(`${url}/socket.io/?EIO=4&transport=polling&${query}`, options);
  asked.end(body);
  const [answer] = await once(asked, 'response');
  let text = '';
  for await (const piece of answer) text += piece;
  if (answer.statusCode !== 200) throw new Error(`${query}: ${answer.statusCode} ${text}`);
  return text;
}

async function polling(id) {
  const { sid } = JSON.parse((await ask(`clientId=${id}`)).slice(1));
  await ask(`sid=${sid}`, '40');
  await ask(`sid=${sid}`);
  // This one waits for as long as nothing happens.
  ask(`sid=${sid}`).catch(() => {});
}

async function open(from, to) {
  const one = { websocket, polling }[kind];
  for (let first = from; first < to; first += AT_ONCE) {
    const ids = Array.from({ length: Math.min(AT_ONCE, to - first) }, (_, n) => `i${first + n}`);
    await Promise.all(ids.map(one));
  }
}

(async () => {
  // What any client needs is not what one costs.
  await open(0, 10);
  const start = await resident();
  await open(10, 10 + Number(number));
  const each = (await resident() - start) / Number(number);
  console.log(`${each.toFixed(1)} KiB for each of ${number} idle sessions: ${kind}${secure ? ', TLS' : ''}`);
  process.exit(0);
})();
