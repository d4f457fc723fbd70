// Dialect v1 through the server at the URL given as argument: socket.io-client 2
// and 4 on each transport, each kind to each.
'use strict';

const assert = require('node:assert');
const { KINDS, cut } = require('./clients');
const { ask, client, run } = require('./plugin');
const { Peer, openStream, topicName } = require('./dialect-v1');
const { exchangeV1 } = require('./bulk');

const url = process.argv[2];

async function messages(a, b) {
  const payload = [1, -0.5, null, true, 'é€😀', { nested: [{ deep: 'x' }] }, []];
  let arrived = b.next('json');
  a.emitTo(b, 'json', ...payload);
  assert.deepStrictEqual(await arrived, [a.clientId, ...payload]);

  arrived = b.next('binary');
  a.emitTo(b, 'binary', Buffer.from('one'), { two: Buffer.from([0, 128, 255]) });
  const [source, one, { two }] = await arrived;
  assert.deepStrictEqual([source, String(Buffer.from(one))], [a.clientId, 'one']);
  assert.deepStrictEqual([...Buffer.from(two)], [0, 128, 255]);

  b.socket.on('ask', (...args) => args.pop()('answer', Buffer.from('bin'), ...args));
  const [answer, bin, ...rest] = await a.askTo(b, 'ask', 2);
  assert.deepStrictEqual([answer, String(Buffer.from(bin)), ...rest], ['answer', 'bin', a.clientId, 2]);
  b.socket.on('silent ack', (...args) => args.pop()());
  assert.deepStrictEqual(await a.askTo(b, 'silent ack'), []);

  const error = a.next('SERVER_ERROR');
  a.emitTo({ clientId: 'nobody' }, 'hello');
  assert.deepStrictEqual(await error, ["Error: Could not find target client 'nobody' socket"]);
}

/** A service is a client; what it is called with does not show its caller. */
async function services(svc, user) {
  svc.socket.on('double', (source, number, ack) => ack(number * 2));
  assert.deepStrictEqual(await user.askTo(svc, 'double', 21), [42]);
  const fired = svc.next('fire');
  user.emitTo(svc, 'fire', 'and forget');
  assert.deepStrictEqual(await fired, [user.clientId, 'and forget']);
  user.socket.on('news for you', (source, text, ack) => ack(`${source}: ${text}`));
  assert.deepStrictEqual(await svc.askTo(user, 'news for you', 'x'), [`${svc.clientId}: x`]);
}

async function topics(svc, user, other) {
  svc.serveTopics();
  const room = topicName(svc.clientId, 'weather');
  const news = `${room}-DEFAULT_TOPIC_EVENT`;
  const publish = (...args) => svc.socket.emit('EMIT_ROOM', room, news, ...args);
  const subscribe = (who) => who.askTo(svc, 'SUBSCRIBE_TOPIC', who.clientId, 'weather');
  svc.socket.emit('JOIN_ROOM', 'SERVICE_CREATE_TOPIC', room);
  svc.socket.on(news, () => assert.fail('the publisher is left out'));

  // The service's own publication is after the joins that it has asked for.
  for (const who of [user, other]) assert.deepStrictEqual(await subscribe(who), []);
  let heard = [user, other].map((who) => who.next(news));
  publish('rain', Buffer.from('bin'));
  for (const [text, bin] of await Promise.all(heard)) {
    assert.deepStrictEqual([text, String(Buffer.from(bin))], ['rain', 'bin']);
  }

  other.emitTo(svc, 'UNSUBSCRIBE_TOPIC', other.clientId, 'weather');
  await svc.fence(other);
  other.socket.on(news, () => assert.fail('who has unsubscribed is left out'));
  [heard] = [user.next(news)];
  publish('sun');
  assert.deepStrictEqual(await heard, ['sun']);
  await other.fence(svc);

  // All members are told, and the service is one of them.
  const ended = [svc, user].map((who) => who.next(`${room}-TOPIC_BEING_DESTROYED`));
  assert.deepStrictEqual(await ask(svc.socket, 'LEAVE_ROOM', 'SERVICE_DESTROY_TOPIC', room), []);
  assert.deepStrictEqual(await Promise.all(ended), [[], []]);
}

async function streams(a, b, bytes) {
  await exchangeV1(a, b, bytes);
  // What an acceptor writes at once reaches the opener after the acceptance.
  const text = 'early';
  const [opener] = await openStream(a, b, (end) => end.write(text));
  await opener.read(text.length);
  for (const index of [0, 1]) {
    const ends = await openStream(a, b);
    ends[index].destroy();
    await ends[1 - index].destroyed;
  }
  b.socket.once('MULTI_API_CREATE_STREAM', (_, ack) => ack('not today'));
  const info = { sourceStreamId: 's', targetStreamId: 't', targetClientId: b.clientId };
  assert.deepStrictEqual(await ask(a.socket, 'MULTI_API_CREATE_STREAM', info), ['not today']);
  assert.deepStrictEqual(
    await ask(a.socket, 'MULTI_API_CREATE_STREAM', { ...info, targetClientId: 'nobody' }),
    ['Client nobody is not registered to server']);
}

/** A client of the other dialect gets the same events, and answers them. */
async function otherDialect(a, kindOfB) {
  const b = await client(url, kindOfB, 'v2');
  b.on('ask', (source, number, ack) => ack(source, number + 1));
  assert.deepStrictEqual(await a.askTo(b, 'ask', 1), [a.clientId, 2]);
  a.socket.on('ask back', (number, bin, ack) => ack(number + 1, bin));
  const [number, bin] = await new Promise((resolve) => {
    b.emitTo(a.clientId, 'ask back', 1, Buffer.from('bin'), (...answer) => resolve(answer));
  });
  assert.deepStrictEqual([number, String(Buffer.from(bin))], [2, 'bin']);
  b.disconnect();
}

async function targets(a, b) {
  b.socket.on('MULTI_API_ADD_TARGET', (_, ack) => ack());
  assert.deepStrictEqual(await ask(a.socket, 'MULTI_API_ADD_TARGET', b.clientId), []);
  assert.deepStrictEqual(
    await ask(a.socket, 'MULTI_API_ADD_TARGET', 'nobody'), ['Client nobody is not registered to server']);
  const notice = b.next('MULTI_API_TARGET_DISCONNECT');
  cut(a.socket);
  assert.deepStrictEqual(await notice, [a.clientId]);
}

async function pair(kindOfA, kindOfB) {
  const [a, b, c] = await Promise.all([
    Peer.open(url, kindOfA, 'a'), Peer.open(url, kindOfB, 'b'), Peer.open(url, kindOfA, 'c'),
  ]);
  await messages(a, b);
  await services(b, a);
  await topics(b, a, c);
  await streams(a, b, 256 << 10);
  await otherDialect(a, kindOfB);
  await targets(a, b);
  for (const peer of [b, c]) peer.socket.disconnect();
}

run(KINDS.flatMap((x) => KINDS.map((y) => [`${x.name} to ${y.name}`, () => pair(x, y)])));
