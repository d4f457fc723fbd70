// What both servers do: a map from client ids to sockets, and Socket.IO's own rooms.
'use strict';

module.exports = (io) => {
  const clients = new Map();
  io.on('connection', (socket) => {
    const { clientId } = socket.handshake.query;
    clients.set(clientId, socket);
    socket.on('disconnect', () => clients.delete(clientId));
    socket.on('P2P_EMIT', (target, event, args, ack) => {
      const receiver = clients.get(target);
      if (!receiver) return;
      if (ack) receiver.emit(event, ...args, ack);
      else receiver.emit(event, ...args);
    });
    socket.on('JOIN_ROOM', (room) => socket.join(room));
    socket.on('EMIT_ROOM', (room, event, ...args) => socket.to(room).emit(event, ...args));
  });
};
