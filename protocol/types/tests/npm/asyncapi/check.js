// Holds the AsyncAPI document to AsyncAPI's own parser, and its schemas to the published instances.
//
// node check.js DOCUMENT INSTANCES

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Parser } from "@asyncapi/parser";
import Ajv from "ajv";

const [path, instances] = process.argv.slice(2);
const text = readFileSync(path, "utf8");
const { document, diagnostics } = await new Parser().parse(text);
// Zero is an error, one a warning; what is below is advice.
const problems = diagnostics.filter((diagnostic) => diagnostic.severity < 2);
for (const { message, path: place } of problems) console.error(`${place.join(".")}: ${message}`);
if (document === undefined || problems.length > 0) process.exit(1);

const raw = JSON.parse(text);
const ajv = new Ajv({ strict: false, logger: false });
ajv.addSchema({ $id: "urn:sio-p2p:document", components: raw.components });
let sent = 0;
let refused = 0;
let faults = 0;
for (const name of readdirSync(instances).sort()) {
  const { type, send, refuse } = JSON.parse(readFileSync(join(instances, name), "utf8"));
  const isValid = ajv.getSchema(`urn:sio-p2p:document#/components/schemas/${type}`);
  const check = ({ data }, wanted) => {
    if (isValid(data) === wanted) return;
    faults += 1;
    console.error(`${type} ${JSON.stringify(data)}: valid is ${!wanted}`);
  };
  for (const instance of send) check(instance, true);
  for (const instance of refuse) check(instance, false);
  sent += send.length;
  refused += refuse.length;
}
if (faults > 0) process.exit(1);
console.log(
  `the parser takes the document with ${document.operations().length} operations; ` +
    `${sent} instances are valid, ${refused} are not`,
);
