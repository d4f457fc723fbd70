// The stories of the plugin's examples, told with the API that 1.12.1 has, so that they can
// be recorded: see fixtures/recorded/README.md.
//
//   node examples.js URL STORY
'use strict';

const connect = require('socket.io-client');
const { p2pClientPlugin } = require('@gigasource/socket.io-p2p-plugin');

const [url, story] = process.argv.slice(2);

/** Connects a client, by a WebSocket unless told otherwise. */
function client(id, transports = ['websocket']) {
  const socket = connect(url, { query: { clientId: id }, transports, forceNew: true, reconnection: false });
  const p2p = p2pClientPlugin(socket, id);
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(p2p));
    socket.once('connect_error', reject);
  });
}

/** The next event of this name, as the list of its arguments. */
const next = (socket, event) => new Promise((resolve) => socket.once(event, (...args) => resolve(args)));
/** What an ack brings. */
const asked = (ask) => new Promise((resolve) => ask((...args) => resolve(args)));

const stories = {
  /** example/message/send-messages */
  async 'send-messages'() {
    const target = await client('target');
    const source = await client('source');
    target.on('test-event', (payload, ack) => ack && ack(`returned ${payload}`));
    const told = next(source, 'SERVER_ERROR');
    source.emitTo('target', 'test-event', 'payload from source');
    source.emitTo('another-client', 'test-event', 'this should not be logged');
    await told;
    target.onAddP2pTarget(() => {});
    await source.addP2pTarget('target');
    await asked((ack) => source.emitTo('target', 'test-event', 'payload from source', ack));
    const left = next(target, 'TARGET_DISCONNECT');
    source.disconnect();
    await left;
    target.disconnect();
  },

  /** example/message/receive-message-from-any-clients, by three transports */
  async 'receive-from-any'() {
    const target = await client('target', ['polling']);
    const one = await client('source1', ['polling', 'websocket']);
    const first = next(target, 'test-event');
    one.emitTo('target', 'test-event', 'source1');
    await first;
    const other = await client('source2');
    const second = next(target, 'test-event');
    other.emitTo('target', 'test-event', 'source2', Buffer.from([0, 1, 254, 255]));
    await second;
    for (const socket of [one, other, target]) socket.disconnect();
  },

  /** example/stream/interact-with-duplex */
  async 'interact-with-duplex'() {
    const target = await client('target');
    const source = await client('source');
    const accepted = [];
    target.onAddP2pStream({}, (duplex) => accepted.push(duplex));
    const duplexes = [
      await source.addP2pStream('target', { sourceStreamId: 'source-1', targetStreamId: 'target-1' }),
      await source.addP2pStream('target', { sourceStreamId: 'source-2', targetStreamId: 'target-2' }),
    ];
    for (const [index, duplex] of duplexes.entries()) {
      const got = new Promise((resolve) => accepted[index].once('data', resolve));
      await asked((done) => duplex.write(`data through duplex ${index + 1}\n`, done));
      await got;
    }
    const back = new Promise((resolve) => duplexes[0].once('data', resolve));
    await asked((done) => accepted[0].write(Buffer.from('and back'), done));
    await back;
    target.disconnect();
    await next(source, 'TARGET_DISCONNECT');
    source.disconnect();
  },

  /** example/service/create-apis-client-side, with rooms for topics, as 1.12.1 has it */
  async 'create-apis-client-side'() {
    const service = await client('job-service');
    const device = await client('mobile-device');
    const web = await client('web-client');
    const watcher = await client('web-client-watcher');
    const jobs = [];
    service.provideService('job:create', (job, ack) => {
      jobs.push(job.jobName);
      service.emitTo(job.targetClientId, 'createJob', job);
      ack(`${job.jobName}-${jobs.length}`);
    });
    service.provideService('job:list', (ack) => ack(jobs));
    service.provideService('job:status-update', (status) => service.emitRoom(status.room, 'status', status.done));
    // The API's names are checked first and created then: after two answers more they exist.
    await service.getClientList();
    await service.getClientList();
    const created = next(device, 'createJob');
    const [room] = await asked((ack) => web.emitService('job:create', { jobName: 'download', targetClientId: 'mobile-device', files: ['test.txt'] }, ack));
    await created;
    await asked((ack) => web.joinRoom(room, ack));
    await asked((ack) => watcher.emitService('job:list', ack));
    await asked((ack) => watcher.joinRoom(room, ack));
    for (const done of [50, 100]) {
      const seen = Promise.all([next(web, 'status'), next(watcher, 'status')]);
      device.emitService('job:status-update', { room, done });
      await seen;
    }
    await asked((ack) => watcher.leaveRoom(room, ack));
    await web.getClientList();
    for (const socket of [watcher, web, device, service]) socket.disconnect();
  },
};

const limit = setTimeout(() => {
  console.error(`the story ${story} does not come to its end`);
  process.exit(1);
}, 20000);

stories[story]().then(
  () => clearTimeout(limit),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
