// Holds the types for TypeScript to the published instances and to a real server.
//
// node check.js TYPES INSTANCES SCRATCH P2P-SERVER
//
// The compiler reads every instance as a value of its type: what is sent compiles, what is
// refused does not, except where TypeScript cannot tell, which is listed here.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const [types, instances, scratch, server] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const packages = resolve(here, "../node_modules");

/** Whether TypeScript cannot tell that this is no value of the type, and why. */
function untold(type, data) {
  const list = [data].flat(2);
  if (list.some((value) => value === "" || value?.targetClientId === "")) return "a text that is empty";
  if (list.includes("pong from client ")) return "a text that ends where a name has to begin";
  const selects = /^(CLIENT_(UN)?SUBSCRIBE|SERVICE_DESTROY)_TOPIC$/;
  if (/^(Join|Leave)RoomV1$/.test(type) && selects.test(list[0]) && Array.isArray(data) && data.length > 1) return "a text that selects another form";
  return undefined;
}

rmSync(scratch, { recursive: true, force: true });
mkdirSync(scratch, { recursive: true });
cpSync(types, join(scratch, "types"), { recursive: true });
cpSync(join(here, "wrong.ts"), join(scratch, "types/wrong.ts"));
symlinkSync(packages, join(scratch, "node_modules"), "junction");

const lines = ['import type * as types from "../index.js";'];
const counts = { sent: 0, refused: 0, untold: 0 };
mkdirSync(join(scratch, "types/test"));
for (const name of readdirSync(instances).sort()) {
  const { type, send, refuse } = JSON.parse(readFileSync(join(instances, name), "utf8"));
  for (const { data } of send) {
    lines.push(`(${JSON.stringify(data)}) satisfies types.${type};`);
    counts.sent += 1;
  }
  for (const { data } of refuse) {
    const why = untold(type, data);
    if (why === undefined) lines.push(`// @ts-expect-error ${type}`);
    lines.push(`(${JSON.stringify(data)}) satisfies types.${type}; // ${why ?? "refused"}`);
    counts[why === undefined ? "refused" : "untold"] += 1;
  }
}
writeFileSync(join(scratch, "types/test/instances.ts"), `${lines.join("\n")}\n`);

const settings = {
  compilerOptions: {
    strict: true,
    exactOptionalPropertyTypes: false,
    noUncheckedIndexedAccess: true,
    module: "nodenext",
    target: "es2022",
    rootDir: "types",
    outDir: "out",
    types: ["node"],
  },
  include: ["types/**/*.ts"],
};
writeFileSync(join(scratch, "tsconfig.json"), JSON.stringify(settings));
writeFileSync(join(scratch, "package.json"), '{ "type": "module" }');
const compiler = join(packages, "typescript/bin/tsc");
try {
  execFileSync(process.execPath, [compiler, "--project", scratch], { stdio: "pipe" });
} catch (error) {
  process.stderr.write(`${error.stdout}${error.stderr}`);
  process.exit(1);
}

/** Starts a program and gives its first line. */
async function started(program, args) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
  const [line] = await once(createInterface(child.stdout), "line");
  return { child, line };
}

const p2p = await started(server, ["--listen", "127.0.0.1:0"]);
const url = p2p.line.match(/http:\/\/[^\s/]+/)[0];
const examples = join(scratch, "out/examples");
const gateway = await started(process.execPath, [join(examples, "gateway.js"), url, "0"]);
try {
  const near = `http://127.0.0.1:${gateway.line}`;
  const said = execFileSync(process.execPath, [join(examples, "client.js"), near, url], {
    encoding: "utf8",
    timeout: 20_000,
  });
  assert.equal(said, "alice added bob\nthe sum is 42\nbob left\n");
} finally {
  gateway.child.kill();
  p2p.child.kill();
}
console.log(
  `${counts.sent} instances compile, ${counts.refused} do not, ${counts.untold} that TypeScript cannot tell; ` +
    "client and gateway talk to p2p-server",
);
