// Clients on their defaults behind a proxy that spoils WebSockets, as virus scanners and old
// balancers do: node engine-probe.js URL [v2]
// Whatever happens to the probe, the session goes on on polling, and every question is answered.
'use strict';

const net = require('net');
const { describe } = require('./clients');

const LIBRARIES = { v2: require('socket.io-client'), v4: require('socket.io-client-4').io };
/** How many questions are asked once the probe has been spoilt. */
const QUESTIONS = 20;
/** When a test gives up. */
const DEADLINE_MS = 20_000;

/** What is done to a WebSocket: to its request, then to what the server answers. */
const MODES = {
  // The handshake passes, then the connection breaks.
  cut: {
    request: (bytes, { server }) => server.write(bytes),
    answer: (bytes, { client, server }) => {
      client.write(head(bytes), () => { client.destroy(); server.destroy(); });
    },
  },
  // The handshake passes, and then nothing does.
  swallow: {
    request: (bytes, { server }) => server.write(bytes),
    answer: (bytes, { client }) => client.write(head(bytes)),
  },
  // The headers of the upgrade are taken out.
  strip: {
    request: (bytes, { server }) => {
      const text = bytes.toString('latin1').replace(/^(upgrade|connection):.*\r\n/gim, '');
      server.write(text, 'latin1');
    },
    answer: (bytes, { client }) => client.write(bytes),
  },
  // The proxy says no by itself.
  answer: {
    request: (bytes, { client }) => client.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n'),
    answer: () => {},
  },
};

/** The head of an answer, with the empty line. */
function head(bytes) {
  return bytes.subarray(0, bytes.indexOf('\r\n\r\n') + 4);
}

/** Listens for clients of a server. Resolves with the URL; `spoilt` resolves at the first WebSocket. */
function proxy(port, mode) {
  let spoil;
  const spoilt = new Promise((resolve) => { spoil = resolve; });
  const listener = net.createServer((client) => {
    const ends = { client, server: net.connect(port, '127.0.0.1') };
    let state = 'http';
    client.on('data', (bytes) => {
      if (/^upgrade: websocket/im.test(bytes.toString('latin1'))) {
        state = 'handshake';
        mode.request(bytes, ends);
        spoil();
      } else if (state === 'http') ends.server.write(bytes);
    });
    ends.server.on('data', (bytes) => {
      if (state === 'http') client.write(bytes);
      else if (state === 'handshake') { state = 'spoilt'; mode.answer(bytes, ends); }
    });
    for (const [one, other] of [[client, ends.server], [ends.server, client]]) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.end());
    }
  });
  return new Promise((resolve) => listener.listen(0, '127.0.0.1', () => {
    resolve({ url: `http://127.0.0.1:${listener.address().port}`, spoilt });
  }));
}

async function test(port, name, io, mode) {
  const { url, spoilt } = await proxy(port, mode);
  const socket = io(url, { query: { clientId: `probe-${name}` }, forceNew: true, reconnectionDelay: 100 });
  let connects = 0;
  const failed = new Promise((_, reject) => {
    socket.on('connect', () => { connects += 1; });
    socket.on('disconnect', (reason) => reject(new Error(`disconnected: ${reason}`)));
    socket.on('connect_error', (error) => reject(new Error(`not connected: ${error.message}`)));
  });
  const questions = async () => {
    await spoilt;
    for (let asked = 0; asked < QUESTIONS; asked += 1) {
      await new Promise((resolve) => socket.emit('LIST_CLIENTS', resolve));
      // As slow as people are, so that the session is older than its probe.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  await Promise.race([questions(), failed]);
  if (connects !== 1) throw new Error(`${connects} connects`);
  if (socket.io.engine.transport.name !== 'polling') throw new Error('it must be on polling');
}

async function main() {
  const port = Number(new URL(process.argv[2]).port);
  setTimeout(() => { describe('hangs'); process.exit(1); }, DEADLINE_MS);
  const wanted = ([version]) => version.startsWith(process.argv[3] || 'v');
  const tests = Object.entries(LIBRARIES).filter(wanted).flatMap(([version, io]) =>
    Object.entries(MODES).map(async ([kind, mode]) => {
      const name = `${version}-${kind}`;
      try { await test(port, name, io, mode); describe(`ok ${name}`); return true; }
      catch (error) { describe(`FAILED ${name}: ${error.message}`); return false; }
    }));
  const passed = await Promise.all(tests);
  process.exit(passed.every(Boolean) ? 0 : 1);
}

main();
