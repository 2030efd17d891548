// Answers Python (tests/node.py): {files, names, code, arguments} on stdin, what the function `code` returns on stdout.

import { readFileSync } from "node:fs";
import { document } from "./dom.mjs";
import { joined } from "./scripts.mjs";

const { files, names, code, given } = JSON.parse(readFileSync(0, "utf8"));
const found = joined(files, names, { document });
const run = new Function("document", ...names, `return (${code});`)(document, ...names.map((name) => found[name]));
process.stdout.write(JSON.stringify(run(...given)));
