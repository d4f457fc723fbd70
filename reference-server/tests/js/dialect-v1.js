// Dialect v1 on a real client. Plugin 1.5 is not published, so its packets are
// written here as its library writes them.
'use strict';

const assert = require('node:assert');
const crypto = require('node:crypto');
const { connect, received } = require('./clients');
const { ask, unique } = require('./plugin');

/** The room and topic name that the library makes of a topic of a service. */
const topicName = (service, topic) => `service:${service}:topic:${topic}`;

/** A connected client and the calls of the library that put packets on the wire. */
class Peer {
  constructor(socket, kind, clientId) {
    Object.assign(this, { socket, kind, clientId });
  }

  static async open(url, kind, role) {
    const id = unique(`v1-${role}-${kind.name}`);
    return new Peer(await connect(url, kind, id), kind, id);
  }

  /** By convention of the library, the source's own id comes first. */
  message(to, event, args) {
    return { targetClientId: to.clientId, event, args: [this.clientId, ...args] };
  }

  emitTo(to, event, ...args) {
    this.socket.emit('P2P_EMIT', this.message(to, event, args));
  }

  askTo(to, event, ...args) {
    return ask(this.socket, 'P2P_EMIT_ACKNOWLEDGE', this.message(to, event, args));
  }

  next(event) {
    return received(this.socket, event);
  }

  /** A service joins subscribers to its topics and acks without waiting. */
  serveTopics() {
    const room = (topic) => topicName(this.clientId, topic);
    this.socket.on('SUBSCRIBE_TOPIC', (source, subscriber, topic, ack) => {
      this.socket.emit('JOIN_ROOM', 'CLIENT_SUBSCRIBE_TOPIC', subscriber, room(topic), () => {});
      ack();
    });
    this.socket.on('UNSUBSCRIBE_TOPIC', (source, subscriber, topic) => {
      this.socket.emit('LEAVE_ROOM', 'CLIENT_UNSUBSCRIBE_TOPIC', subscriber, room(topic));
    });
  }

  /** Proves that everything that `from` has sent to this client has arrived. */
  async fence(from) {
    const name = unique('fence');
    const arrived = this.next(name);
    from.emitTo(this, name);
    await arrived;
  }
}

/** One end of a stream, with one chunk under way at a time. */
class End {
  constructor(own, peer, ownId, peerId) {
    Object.assign(this, { own, peer, ownId });
    this.hash = crypto.createHash('sha256');
    this.bytes = 0;
    this.destroyed = new Promise((resolve) => {
      own.socket.on('PEER_STREAM_DESTROYED', (source, id) => id === peerId && resolve());
    });
    own.socket.on(`P2P_EMIT_STREAM-from-stream-${peerId}`, (source, chunk, ack) => {
      assert.strictEqual(source, peer.clientId);
      const bytes = Buffer.from(chunk);
      this.hash.update(bytes);
      this.bytes += bytes.length;
      ack();
      this.onData?.();
    });
  }

  async write(chunk) {
    const answer = await this.own.askTo(this.peer, `P2P_EMIT_STREAM-from-stream-${this.ownId}`, chunk);
    assert.deepStrictEqual(answer, []);
  }

  /** Resolves with the hash of so many bytes; this dialect has no end marker. */
  async read(bytes) {
    while (this.bytes < bytes) await new Promise((resolve) => { this.onData = resolve; });
    assert.strictEqual(this.bytes, bytes);
    return this.hash.digest('hex');
  }

  destroy() {
    this.own.emitTo(this.peer, 'PEER_STREAM_DESTROYED', this.ownId);
  }
}

/**
 * Opens a stream from a to b. The acceptor has its end before its acceptance is
 * sent, and the opener only when that has arrived.
 */
async function openStream(a, b, inHandler = () => {}) {
  const [sourceStreamId, targetStreamId] = [crypto.randomUUID(), crypto.randomUUID()];
  const accepted = new Promise((resolve) => {
    const accept = (info, ack) => {
      if (info.sourceStreamId !== sourceStreamId) return;
      b.socket.off('MULTI_API_CREATE_STREAM', accept);
      assert.deepStrictEqual([info.sourceClientId, info.extra], [a.clientId, 'kept']);
      const end = new End(b, a, targetStreamId, sourceStreamId);
      inHandler(end);
      ack();
      resolve(end);
    };
    b.socket.on('MULTI_API_CREATE_STREAM', accept);
  });
  // A client does not decide what it is called.
  const info = { sourceStreamId, targetStreamId, targetClientId: b.clientId, sourceClientId: 'forged', extra: 'kept' };
  const opened = new Promise((resolve, reject) => {
    a.socket.emit('MULTI_API_CREATE_STREAM', info, (...answer) => {
      // The library listens at once: data may be in the same segment as the ack.
      if (answer.length === 0) resolve(new End(a, b, sourceStreamId, targetStreamId));
      else reject(new Error(`refused: ${answer}`));
    });
  });
  return Promise.all([opened, accepted]);
}

module.exports = { Peer, openStream, topicName };
