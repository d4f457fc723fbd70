"""A driver of p2p.py for the conformance suite, as spec/driver.md describes it."""

import asyncio
import base64
import json
import re
import sys

import p2p

TRANSPORTS = {"websocket": ["websocket"], "polling": ["polling"], "upgrade": ["polling", "websocket"]}


def say(**line):
    print(json.dumps(line, ensure_ascii=False), flush=True)


def looks_binary(value):
    """Whether an object is like {"$bin": text}, perhaps with more than one $."""
    key, text = next(iter(value.items())) if len(value) == 1 else ("", None)
    return isinstance(text, str) and re.fullmatch(r"\$+bin", key) is not None


def to_wire(value):
    """Binary data is {"$bin": base64}; what only looks so has one more $."""
    if isinstance(value, (bytes, bytearray)):
        return {"$bin": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        more = "$" if looks_binary(value) else ""
        return {more + key: to_wire(item) for key, item in value.items()}
    return [to_wire(item) for item in value] if isinstance(value, (list, tuple)) else value


def from_wire(value):
    if isinstance(value, dict):
        less = 1 if looks_binary(value) else 0
        if less and "$bin" in value:
            return base64.b64decode(value["$bin"])
        return {key[less:]: from_wire(item) for key, item in value.items()}
    return [from_wire(item) for item in value] if isinstance(value, list) else value


class Driver:
    """One method for each command; what it returns is the value of the reply."""

    def __init__(self):
        self.client = None
        self.leaving = False
        self.listeners = {}  # name -> (event, function)
        self.requests = {}  # name -> future of the answer

    async def connect(self, url, client_id, transport, reconnect=False, path="/socket.io/", headers=None, auth=None, **_):
        self.leaving = False
        self.client = client = p2p.Client(client_id, reconnect)
        client.on_server_error = lambda text: say(event="server_error", text=str(text))
        client.on_target_added = lambda who: say(event="target_added", client=str(who))
        client.on_target_left = lambda who: say(event="target_left", client=str(who))
        client.on_disconnect = self.disconnected
        await client.connect(url, TRANSPORTS[transport], socketio_path=path, headers=headers or {}, auth=auth)
        client.io.on("connect", lambda: say(event="connected"))  # from the second one on

    def disconnected(self, reason):
        if not self.leaving:
            say(event="disconnected", reason=str(reason))

    async def disconnect(self):
        self.leaving = True
        await self.client.disconnect()

    async def emit(self, to, event, args):
        await self.client.emit(to, event, args)

    async def request(self, to, event, args):
        return await self.client.request(to, event, args)

    async def listen(self, listener, event, once=False, plain=False):
        def report(args, answer):
            if once:
                self.client.unlisten(event, report)
            line = {"event": "received", "listener": listener, "args": to_wire(args)}
            if answer:
                line["request"] = f"r{len(self.requests)}"
                self.requests[line["request"]] = answer
            say(**line)

        self.listeners[listener] = (event, report)
        self.client.listen(event, report)

    async def unlisten(self, listener):
        self.client.unlisten(*self.listeners.pop(listener))

    async def answer(self, request, args):
        self.requests[request].set_result(args)

    async def add_target(self, to):
        await self.client.add_target(to)

    async def clients(self):
        return await self.client.clients()

    async def obey(self, id, do, **members):
        try:
            method = None if do.startswith("_") else getattr(self, do, None)
            if method is None:
                return say(id=id, error="unsupported")
            say(id=id, ok=to_wire(await method(**from_wire(members))))
        except Exception as error:  # whatever it is, it is told and the driver goes on
            say(id=id, error=str(error) or type(error).__name__)


async def main():
    say(driver="python example", version="1", protocol=1, dialects=["v2"], eio=[4], transports=list(TRANSPORTS),
        can=["clients", "reconnect"])
    driver, tasks = Driver(), set()
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader(limit=16 << 20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        command = json.loads(line)
        if command["do"] == "exit":
            say(id=command["id"], ok=None)
            break
        # A task for each: the next command is read while this one waits for its answer.
        task = asyncio.create_task(driver.obey(**command))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


if __name__ == "__main__":
    asyncio.run(main())
