// A client of dialect v1 with the method names of the plugin's own client of dialect v2.
//
// No library of dialect v1 is published, so these are the packets of the specification, sent by
// the real Socket.IO client; nothing of it is shared with the code under test.
'use strict';

const { Duplex } = require('node:stream');

/** Gives a socket the methods of the plugin, in dialect v1. */
module.exports = function v1(socket, me) {
  const ask = (event, ...args) =>
    new Promise((resolve) => socket.emit(event, ...args, (...answer) => resolve(answer)));
  const agreed = (answer) => {
    if (answer.length > 0 && answer[0]) throw answer[0];
  };

  function emitTo(targetClientId, event, ...args) {
    const ack = typeof args[args.length - 1] === 'function' ? args.pop() : null;
    const message = { targetClientId, event, args: [me, ...args] };
    if (ack) socket.emit('P2P_EMIT_ACKNOWLEDGE', message, ack);
    else socket.emit('P2P_EMIT', message);
  }

  /** One end of a stream; `info` names the own id first. */
  function end({ own, other, peer }) {
    const data = `P2P_EMIT_STREAM-from-stream-${other}`;
    let more = null;
    const onData = (source, chunk, ack) => {
      if (chunk === null) {
        duplex.push(null);
        ack();
      } else if (duplex.push(chunk)) {
        ack();
      } else {
        more = ack;
      }
    };
    const onDestroyed = (source, stream) => {
      if (source === peer && stream === other) duplex.destroy();
    };
    const onLeft = (client) => {
      if (client === peer) duplex.destroy();
    };
    const duplex = new Duplex({
      allowHalfOpen: true,
      autoDestroy: false,
      write: (chunk, encoding, done) =>
        emitTo(peer, `P2P_EMIT_STREAM-from-stream-${own}`, chunk, done),
      read: () => {
        if (more) more();
        more = null;
      },
      destroy: (error, done) => {
        emitTo(peer, 'PEER_STREAM_DESTROYED', own);
        socket.off(data, onData);
        socket.off('PEER_STREAM_DESTROYED', onDestroyed);
        socket.off('MULTI_API_TARGET_DISCONNECT', onLeft);
        done(error);
      },
    });
    socket.on(data, onData);
    socket.on('PEER_STREAM_DESTROYED', onDestroyed);
    socket.on('MULTI_API_TARGET_DISCONNECT', onLeft);
    return Object.assign(duplex, { sourceStreamId: own, targetStreamId: other });
  }

  let streams = 0;
  let handler = null;
  socket.on('MULTI_API_CREATE_STREAM', (info, ack) => {
    if (!handler) return ack(`Client ${me} is not listening to create stream event`);
    const { sourceStreamId: other, targetStreamId: own, sourceClientId: peer } = info;
    // The opener has its end only once it knows, so the answer comes first.
    ack();
    return handler(end({ own, other, peer }));
  });

  return Object.assign(socket, {
    clientId: me,
    emitTo,
    getClientList: async () => (await ask('LIST_CLIENTS'))[0],
    isClientConnected: async (id) => (await ask('LIST_CLIENTS'))[0].includes(id),
    joinRoom: (room) => socket.emit('JOIN_ROOM', 'any', room),
    emitRoom: (room, event, ...args) => socket.emit('EMIT_ROOM', room, event, ...args),
    addP2pTarget: async (id) => agreed(await ask('MULTI_API_ADD_TARGET', id)),
    onAddP2pTarget: (callback) =>
      socket.on('MULTI_API_ADD_TARGET', (id, ack) => {
        ack();
        callback(id);
      }),
    onP2pTargetDisconnect: (callback) => socket.on('MULTI_API_TARGET_DISCONNECT', callback),
    addP2pStream: async (peer) => {
      streams += 1;
      const [own, other] = [`${me}-${streams}`, `${me}-${streams}-peer`];
      const info = { sourceStreamId: own, targetStreamId: other, targetClientId: peer };
      agreed(await ask('MULTI_API_CREATE_STREAM', info));
      return end({ own, other, peer });
    },
    onAddP2pStream: (callback) => {
      handler = callback;
    },
  });
};
