// Named APIs of the original plugin through the server at the URL given as
// argument: socket.io-client 2 and 4 on both transports, each kind to each.
'use strict';

const assert = require('node:assert');
const { KINDS, cut, received } = require('./clients');
const { ask, client, run, settled, unique } = require('./plugin');

const url = process.argv[2];

/** Calls an API through the plugin and resolves with the answer. */
function call(socket, api, ...args) {
  return new Promise((resolve) => socket.emitService(api, ...args, (...answer) => resolve(answer)));
}

async function exists(socket, api) {
  const [answer] = await ask(socket, 'CHECK_API_NAME', api);
  return answer;
}

async function calls(svc, user) {
  const api = unique('echo');
  assert.strictEqual(await exists(user, api), false);
  svc.provideService(api, (...args) => args.pop()('echo', ...args));
  await settled(svc);
  assert.strictEqual(await exists(user, api), true);

  const [echo, number, { bin }] = await call(user, api, 1, { bin: Buffer.from('bin') });
  assert.deepStrictEqual([echo, number, String(Buffer.from(bin))], ['echo', 1, 'bin']);
  assert.deepStrictEqual(await call(svc, api, 'self'), ['echo', 'self']);

  const fired = unique('fire');
  const told = new Promise((resolve) => svc.provideService(fired, (...args) => resolve(args)));
  await settled(svc);
  user.emitService(fired, 'no answer', null);
  assert.deepStrictEqual(await told, ['no answer', null]);
}

/** A name stays with its provider, whether the other asks first or not. */
async function ownership(svc, user) {
  const api = unique('owned');
  svc.provideService(api, (ack) => ack('owner'));
  await settled(svc);
  const refused = new Promise((resolve) => user.provideService(api, assert.fail, resolve));
  assert.strictEqual(await refused, `Duplicated API name: ${api}`);
  const error = received(user, 'SERVER_ERROR');
  user.emit('CREATE_API', api);
  assert.deepStrictEqual(await error, [`Error: not-allowed: the API \`${api}\` is provided by another client`]);
  user.destroyService(api);
  await settled(user);
  assert.deepStrictEqual(await call(user, api), ['owner']);
}

async function destruction(svc, user) {
  const [one, two, three] = [unique('x'), unique('x'), unique('x')];
  for (const api of [one, two, three]) svc.provideService(api, (ack) => ack());
  await settled(svc);
  svc.destroyService(one);
  await settled(svc);
  assert.deepStrictEqual(await Promise.all([one, two, three].map((api) => exists(user, api))), [false, true, true]);
  // A name that is free can be had by anybody.
  user.provideService(one, (ack) => ack('mine now'));
  await settled(user);
  assert.deepStrictEqual(await call(svc, one), ['mine now']);
  svc.destroyAllServices();
  await settled(svc);
  assert.deepStrictEqual(await Promise.all([one, two, three].map((api) => exists(user, api))), [true, false, false]);
}

/** A call of what is gone is told, and never taken for an answer. */
async function departure(svc, user) {
  const api = unique('leaving');
  const asked = new Promise((resolve) => svc.provideService(api, resolve));
  await settled(svc);
  const error = received(user, 'SERVER_ERROR');
  user.emitService(api, () => assert.fail('nobody is there to answer'));
  await asked;
  cut(svc);
  const text = `Error: unknown-api: nobody provides an API called \`${api}\``;
  assert.deepStrictEqual(await error, [text]);
  assert.strictEqual(await exists(user, api), false);
  const again = received(user, 'SERVER_ERROR');
  user.emit('USE_API', api, () => assert.fail('nobody is there to answer'));
  assert.deepStrictEqual(await again, [text]);
}

async function pair(kindOfSvc, kindOfUser) {
  const [svc, user] = await Promise.all([client(url, kindOfSvc, 'svc'), client(url, kindOfUser, 'user')]);
  await calls(svc, user);
  await ownership(svc, user);
  await destruction(svc, user);
  await departure(svc, user);
  user.disconnect();
}

run(KINDS.flatMap((x) => KINDS.map((y) => [`${x.name} for ${y.name}`, () => pair(x, y)])));
