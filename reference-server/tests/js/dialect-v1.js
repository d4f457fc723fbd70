// Dialect v1 on a real client. Plugin 1.5 is not published, so its packets are
// written here as the library writes them.
'use strict';

const assert = require('node:assert');
const { connect, cut, received } = require('./clients');

let names = 0;

module.exports = async function dialectV1(url, kind) {
  const open = async (role) => {
    const id = `v1-${role}-${kind.name}-${++names}`;
    return Object.assign(await connect(url, kind, id), { clientId: id });
  };
  const [a, b] = await Promise.all([open('a'), open('b')]);
  const message = (to, event, ...args) => ({ targetClientId: to, event, args });
  const ask = (socket, ...args) => new Promise((resolve) => socket.emit(...args, (...answer) => resolve(answer)));

  // The source's own id comes first, by convention of the library.
  const arrived = received(b, 'hello');
  a.emit('P2P_EMIT', message(b.clientId, 'hello', a.clientId, { x: 1 }, Buffer.from('bin')));
  const [source, object, bin] = await arrived;
  assert.deepStrictEqual([source, object, Buffer.from(bin).toString()], [a.clientId, { x: 1 }, 'bin']);

  b.on('ask', (...args) => args.pop()('answer', ...args));
  const answer = await ask(a, 'P2P_EMIT_ACKNOWLEDGE', message(b.clientId, 'ask', a.clientId, 2));
  assert.deepStrictEqual(answer, ['answer', a.clientId, 2]);

  const error = received(a, 'SERVER_ERROR');
  a.emit('P2P_EMIT', message('nobody', 'hello', a.clientId));
  assert.deepStrictEqual(await error, ["Error: Could not find target client 'nobody' socket"]);

  assert.deepStrictEqual(await ask(a, 'JOIN_ROOM', 'any', 'v1-room'), []);
  assert.deepStrictEqual(await ask(b, 'JOIN_ROOM', 'CLIENT_SUBSCRIBE_TOPIC', a.clientId, 'topic'), []);
  let news = received(a, 'news');
  b.emit('EMIT_ROOM', 'topic', 'news', 1);
  assert.deepStrictEqual(await news, [1]);
  news = received(a, 'topic-TOPIC_BEING_DESTROYED');
  assert.deepStrictEqual(await ask(b, 'LEAVE_ROOM', 'SERVICE_DESTROY_TOPIC', 'topic'), []);
  assert.deepStrictEqual(await news, []);

  b.on('MULTI_API_ADD_TARGET', (_, ack) => ack());
  assert.deepStrictEqual(await ask(a, 'MULTI_API_ADD_TARGET', b.clientId), []);
  assert.deepStrictEqual(
    await ask(a, 'MULTI_API_ADD_TARGET', 'nobody'), ['Client nobody is not registered to server']);
  const notice = received(b, 'MULTI_API_TARGET_DISCONNECT');
  cut(a, kind);
  assert.deepStrictEqual(await notice, [a.clientId]);
  b.disconnect();
};
