// Real clients with tokens that Node.js signs: good ones in every place where a
// client can put one, and bad ones of every kind.
//
//   node auth.js keys DIRECTORY               writes the keys
//   node auth.js try DIRECTORY ALGORITHM URL  tries them on a server
'use strict';

const assert = require('assert');
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const { KINDS, describe } = require('./clients');

const NAMES = { HS256: 'hs256', RS256: 'rs256', EdDSA: 'eddsa' };

function writeKeys(directory) {
  const write = (name, text) => fs.writeFileSync(path.join(directory, name), text);
  for (const owner of ['own', 'foreign']) {
    write(`${owner}-hs256.key`, `${crypto.randomBytes(32).toString('hex')}\n`);
    for (const [name, kind, options] of [
      ['rs256', 'rsa', { modulusLength: 2048 }], ['eddsa', 'ed25519', {}],
    ]) {
      const { publicKey, privateKey } = crypto.generateKeyPairSync(kind, options);
      write(`${owner}-${name}.pem`, publicKey.export({ type: 'spki', format: 'pem' }));
      write(`${owner}-${name}.key`, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    }
  }
}

const encode = (value) => Buffer.from(value).toString('base64url');

function sign(algorithm, key, header, claims) {
  const body = `${encode(JSON.stringify(header))}.${encode(JSON.stringify(claims))}`;
  const signature = algorithm === 'HS256'
    ? crypto.createHmac('sha256', key).update(body).digest()
    : crypto.sign(algorithm === 'RS256' ? 'sha256' : null, Buffer.from(body), key);
  return `${body}.${encode(signature)}`;
}

/** Where a client can put its token. Socket.IO 2 has no auth payload. */
const PLACES = {
  query: (token) => ({ query: { token } }),
  header: (token) => ({ extraHeaders: { Authorization: `Bearer ${token}` } }),
  payload: (token) => ({ auth: { token } }),
};

/** Resolves with the connected socket, or with the text that refuses it. */
function attempt(url, kind, clientId, place, token) {
  const options = token === undefined ? {} : PLACES[place](token);
  const socket = kind.io(url, {
    transports: kind.transports, forceNew: true, reconnection: false, ...options,
    query: { ...(clientId === undefined ? {} : { clientId }), ...options.query },
  });
  return new Promise((resolve) => {
    const refused = (reason) => { socket.close(); resolve({ refused: reason }); };
    socket.on('connect', () => resolve({ socket }));
    // Socket.IO 4 has an error object, Socket.IO 2 a plain text in an event `error`.
    socket.on('connect_error', (error) => refused(error.message));
    socket.on('error', refused);
  });
}

async function listed(socket) {
  return new Promise((resolve) => socket.emit('LIST_CLIENTS', resolve));
}

async function tryAll(directory, algorithm, url) {
  const read = (name) => fs.readFileSync(path.join(directory, name), 'utf8').trimEnd();
  const name = NAMES[algorithm];
  const [own, foreign] = [read(`own-${name}.key`), read(`foreign-${name}.key`)];
  const now = Math.floor(Date.now() / 1000);
  const header = { alg: algorithm, typ: 'JWT' };
  const claims = { sub: 'alice', iss: 'tests', exp: now + 600 };
  const make = (changed, key = own) => sign(algorithm, key, header, { ...claims, ...changed });

  for (const kind of KINDS) {
    const places = kind.name.startsWith('v2') ? ['query', 'header'] : Object.keys(PLACES);
    for (const place of places) {
      for (const clientId of ['alice', undefined]) {
        const { socket, refused } = await attempt(url, kind, clientId, place, make({}));
        assert.strictEqual(refused, undefined, `${kind.name} ${place}`);
        assert.deepStrictEqual(await listed(socket), ['alice'], `${kind.name} ${place}`);
        await new Promise((resolve) => { socket.on('disconnect', resolve); socket.close(); });
      }
    }
  }

  const [good, other] = [make({}), make({ sub: 'mallory' })];
  const [head, body, signature] = good.split('.');
  const bad = {
    expired: make({ exp: now - 600 }),
    early: make({ nbf: now + 600 }),
    endless: make({ exp: undefined }),
    'of another issuer': make({ iss: 'others' }),
    'for another audience': make({ aud: 'others' }),
    nameless: make({ sub: undefined }),
    'signed by another': make({}, foreign),
    unsigned: `${head}.${body}.`,
    'of algorithm none': `${encode('{"alg":"none"}')}.${body}.`,
    'with another body': `${head}.${other.split('.')[1]}.${signature}`,
    // The public key as a shared secret: what a server falls for that believes `alg`.
    'of a confused algorithm': algorithm === 'HS256'
      ? sign('HS256', own, { alg: 'HS512' }, claims)
      : sign('HS256', read(`own-${name}.pem`), { alg: 'HS256' }, claims),
    nonsense: 'nonsense',
  };
  // What is true of a token does not depend on how it came.
  for (const kind of KINDS.filter(({ name: kindName }) => kindName.endsWith('websocket'))) {
    const expect = async (clientId, token, what, expected) => {
      const { refused } = await attempt(url, kind, clientId, 'query', token);
      assert.strictEqual(refused, expected, `${kind.name}: ${what}`);
    };
    for (const [what, token] of Object.entries(bad)) {
      await expect('alice', token, what, 'authentication failed');
    }
    await expect('alice', undefined, 'none', 'authentication is needed');
    await expect('bob', good, 'of alice', 'these credentials are for another client id');
    await expect('alice', other, 'of mallory', 'these credentials are for another client id');
  }
}

const [what, ...rest] = process.argv.slice(2);
const tasks = { keys: async (directory) => writeKeys(directory), try: tryAll };
tasks[what](...rest).then(
  () => process.exit(0),
  (error) => { describe(error); process.exit(1); },
);
