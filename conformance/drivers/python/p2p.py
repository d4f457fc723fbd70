"""The beginning of a port: core and message of dialect v2, on python-socketio.

This file is what you replace by your own client; driver.py is what ties it to the suite.
"""

import asyncio
import contextvars
from urllib.parse import quote

import socketio
from engineio.payload import Payload

# A server puts into one poll what it has; python-engineio bounds that at 16 packets.
Payload.max_decode_packets = 100_000


class Refused(Exception):
    """The server or another client has refused something, and says why."""


asks = contextvars.ContextVar("asks")  # whether the event in hand asks for an ack


class Io(socketio.AsyncClient):
    """python-socketio does not tell handlers whether an ack is asked for; a port needs to know."""

    async def _handle_event(self, namespace, id, data):
        asks.set(id is not None)
        await super()._handle_event(namespace, id, data)


class Client:
    """A client that other clients know by its id."""

    def __init__(self, client_id, reconnect=False):
        self.id = client_id
        self.listeners = {}  # event -> list of functions (args, answer)
        self.on_server_error = self.on_target_added = self.on_target_left = lambda _: None
        self.on_disconnect = lambda _: None
        self.io = Io(
            reconnection=reconnect, reconnection_delay=0.05, randomization_factor=0, handle_sigint=False
        )
        self.io.on("SERVER_ERROR", lambda text: self.on_server_error(text))
        self.io.on("SERVER_PING", lambda: f"pong from client {self.id}")  # CLI-CORE-2
        self.io.on("ADD_TARGET", self._target_added)
        self.io.on("TARGET_DISCONNECT", lambda client: self.on_target_left(client))
        self.io.on("disconnect", lambda reason=None: self.on_disconnect(reason))
        self.io.on("*", self._received)

    async def connect(self, url, transports, **more):
        # CLI-CORE-1: the server knows a client by its handshake alone.
        await self.io.connect(f"{url}?clientId={quote(self.id, safe='')}", transports=transports, **more)

    async def disconnect(self):
        await self.io.disconnect()

    async def emit(self, to, event, args):
        await self.io.emit("P2P_EMIT", (to, event, args, None))

    async def request(self, to, event, args):
        return await self._ask("P2P_EMIT", to, event, args)

    async def add_target(self, to):
        reason = await self._ask("ADD_TARGET", to)
        if reason and reason[0]:
            raise Refused(reason[0])

    async def clients(self):
        return (await self._ask("LIST_CLIENTS"))[0]

    def listen(self, event, function):
        self.listeners.setdefault(event, []).append(function)

    def unlisten(self, event, function):
        self.listeners[event].remove(function)

    async def _ask(self, event, *args):
        """An event that asks for an ack; gives the ack's arguments as a list."""
        answer = asyncio.get_running_loop().create_future()
        done = lambda *values: answer.done() or answer.set_result(list(values))
        await self.io.emit(event, args, callback=done)
        return await answer

    def _target_added(self, client):
        self.on_target_added(client)
        return ()  # CLI-MSG-10: an empty ack, at once

    async def _received(self, event, *args):
        # python-socketio acks with what this function returns, so it waits for the answer.
        answer = asyncio.get_running_loop().create_future() if asks.get() else None
        for function in list(self.listeners.get(event, [])):
            function(list(args), answer)
        return tuple(await answer) if answer else None
