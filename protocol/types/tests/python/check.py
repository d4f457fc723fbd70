"""Holds the types for Python to the published instances, and their users to mypy.

python check.py TYPES INSTANCES SCRATCH
"""

import json
import os
import subprocess
import sys
from pathlib import Path

TYPES, INSTANCES, SCRATCH = map(Path, sys.argv[1:4])
sys.path.insert(0, str(TYPES))
sys.dont_write_bytecode = True

import sio_p2p  # noqa: E402
from pydantic import TypeAdapter, ValidationError  # noqa: E402


def canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


faults = []
sent = refused = 0
for path in sorted(INSTANCES.iterdir()):
    file = json.loads(path.read_text("utf-8"))
    name = file["type"]
    adapter = TypeAdapter(getattr(sio_p2p, name))
    for instance in file["send"]:
        text = canonical(instance["data"])
        sent += 1
        try:
            again = adapter.dump_json(adapter.validate_json(text))
        except ValidationError as error:
            faults.append(f"{name} {text}: {error}")
            continue
        if canonical(json.loads(again)) != text:
            faults.append(f"{name} {text}: written as {again.decode()}")
        # As a client library hands it over.
        adapter.validate_python(instance["data"])
    for instance in file["refuse"]:
        refused += 1
        for read in (
            lambda: adapter.validate_json(json.dumps(instance["data"])),
            lambda: adapter.validate_python(instance["data"]),
        ):
            try:
                read()
            except ValidationError:
                continue
            faults.append(f"{name} {instance['data']}: not refused")

for event in sio_p2p.CATALOGUE:
    name = f"{event.prefix}x{event.suffix}" if event.is_pattern else event.prefix
    if sio_p2p.find(event.direction, event.dialects[0], name) is not event:
        faults.append(f"{event.key} is not found by {name}")

mypy = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(SCRATCH / "mypy")]
environment = {**os.environ, "MYPYPATH": str(TYPES)}
users = str(Path(__file__).with_name("users.py"))
checked = subprocess.run(
    [*mypy, "-p", "sio_p2p"], env=environment, text=True, capture_output=True
)
if checked.returncode != 0:
    faults.append(checked.stdout + checked.stderr)
checked = subprocess.run([*mypy, users], env=environment, text=True, capture_output=True)
if checked.returncode != 0:
    faults.append(checked.stdout + checked.stderr)

if faults:
    sys.exit("\n".join(faults))
print(f"{sent} instances read and written the same, {refused} refused; mypy --strict agrees")
