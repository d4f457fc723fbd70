// The conformance host on the plugin, as far as 1.12.1 can offer it: see
// fixtures/scenarios/HOST.md. It uses nothing but what the plugin gives to applications.
'use strict';

/** Where persistent messages are kept: in memory, by client id, in order. */
function messageStore() {
  const messages = new Map();
  let last = 0;
  const of = (client) => messages.get(client) ?? [];
  return {
    saveMessage: async (client, message) => {
      const _id = `m${(last += 1)}`;
      // A copy: the plugin appends its ack function to the array that it was given.
      messages.set(client, [...of(client), { ...message, args: [...message.args], _id }]);
      return _id;
    },
    loadMessages: async (client) => of(client).map((kept) => ({ ...kept, args: [...kept.args] })),
    updateMessage: async (client, id, change) => {
      for (const kept of of(client)) if (kept._id === id) Object.assign(kept, change);
    },
    deleteMessage: async (client, id) => {
      const rest = of(client).filter((kept) => kept._id !== id);
      if (rest.length > 0) messages.set(client, rest);
      else messages.delete(client);
    },
  };
}

/**
 * Splits what a handler of an API was called with into arguments and an ack function.
 *
 * The plugin hands over the caller's arguments and then, only if the caller gave an ack
 * id, the function. Without one the host is silent, as its description asks.
 */
function taken(all) {
  const last = all.at(-1);
  if (typeof last === 'function') return [all.slice(0, -1), last];
  return [all, () => {}];
}

/** A stream of the host: reads at once and remembers what it has read. */
class HostStream {
  constructor(duplex) {
    this.duplex = duplex;
    this.chunks = [];
    this.state = 'open';
    duplex.on('data', (chunk) => this.chunks.push(chunk));
    duplex.on('end', () => {
      if (this.state === 'open') this.state = 'ended';
    });
    duplex.on('close', () => {
      this.state = 'destroyed';
    });
    // Told by `state`; unheard it would end the process.
    duplex.on('error', () => {});
  }
}

/** Provides the APIs of the conformance host on a server with the plugin. */
function provideHost(io) {
  const streams = new Map();
  const provide = (name, handler) =>
    io.provideService(`conformance:${name}`, (...all) => {
      const [args, ack] = taken(all);
      handler(args, ack);
    });

  provide('echo', (args, ack) => ack(...args));
  provide('provide', ([api], ack) => {
    io.provideService(api, (...all) => {
      const [args, answer] = taken(all);
      answer('of the server', ...args);
    });
    ack();
  });
  provide('withdraw', ([api], ack) => {
    io.destroyService(api);
    ack();
  });

  provide('emit-to', ([client, event, args], ack) => {
    io.emitTo(client, event, ...args);
    ack();
  });
  provide('request', ([client, event, args], ack) => {
    io.emitTo(client, event, ...args, ack);
  });
  provide('emit-to-persistent', ([client, event, args], ack) => {
    io.emitToPersistent(client, event, args).then(() => ack());
  });

  provide('open-stream', ([name, client, channel, args], ack) => {
    const answered = (opened) => {
      // Refusal and duplex come in the same place.
      if (typeof opened?.write !== 'function') return ack(String(opened));
      streams.set(name, new HostStream(opened));
      return ack();
    };
    // The three forms of the call, told apart by the plugin by their types.
    if (channel ?? args) io.addStreamAsClient(client, channel ?? args, {}, answered);
    else io.addStreamAsClient(client, {}, answered);
  });
  provide('stream-write', ([name, chunk], ack) => streams.get(name).duplex.write(chunk, () => ack()));
  provide('stream-end', ([name], ack) => {
    streams.get(name).duplex.end();
    ack();
  });
  provide('stream-destroy', ([name], ack) => {
    streams.get(name).duplex.destroy();
    ack();
  });
  provide('stream-read', ([name], ack) => {
    const { chunks, state } = streams.get(name);
    ack(Buffer.concat(chunks), state);
  });
}

module.exports = { messageStore, provideHost };
