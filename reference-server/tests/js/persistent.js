// Receivers of persistent messages that come and go as they are told.
//
//   node persistent.js URL SEED
//
// Each line of standard input is an order, each line of standard output an event:
//
//   connect NAME KIND K    NAME opens its connection number K, on a kind of client
//   leave NAME             it disconnects in good order
//   cut NAME               its connection breaks
//   honest                 from now on every message is acked
//
//   present NAME K         the connection is there
//   got NAME K N           it has received message N
//   lost NAME K            it has ended, for whatever reason
'use strict';

const readline = require('node:readline');
const { KINDS, cut } = require('./clients');

const [url, seed] = process.argv.slice(2);
/** One message in so many is not acked, so that it must come again. */
const FORGOTTEN = 32;

let state = Number(seed) || 1;
let honest = false;
const present = new Map();

const say = (line) => process.stdout.write(`${line}\n`);

/** The same numbers for the same seed. */
function random(below) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

function connect(name, kindName, k) {
  const kind = KINDS.find((each) => each.name === kindName);
  const socket = kind.io(url, {
    query: { clientId: name }, transports: kind.transports, forceNew: true, reconnection: false,
  });
  let over = false;
  // A client that is told to go while it still connects goes as soon as it has. One
  // that gave up instead would leave a connection behind that only time ends.
  let going;
  const lost = () => {
    if (over) return;
    over = true;
    say(`lost ${name} ${k}`);
    socket.close();
  };
  const go = (how) => {
    going = how;
    if (over || !socket.connected) return;
    if (how === 'cut') cut(socket);
    else socket.disconnect();
    lost();
  };
  present.set(name, go);
  socket.on('connect', () => {
    say(`present ${name} ${k}`);
    if (going) go(going);
  });
  for (const end of ['disconnect', 'connect_error']) socket.on(end, lost);
  socket.on('job', (n, ack) => {
    if (over) return;
    say(`got ${name} ${k} ${n}`);
    if (honest || random(FORGOTTEN) !== 0) ack(n);
  });
}

const orders = {
  connect,
  leave: (name) => present.get(name)('leave'),
  cut: (name) => present.get(name)('cut'),
  honest: () => { honest = true; },
};

readline.createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [order, ...args] = line.split(' ');
    orders[order](...args);
  })
  .on('close', () => process.exit(0));
