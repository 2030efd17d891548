// A hold as the link has it, and what of a unit is offered to be held.

import assert from "node:assert/strict";
import test from "node:test";
import { joined } from "./scripts.mjs";

const FILES = ["shared/parts.js", "stepper/erase.js"];
const { nameOfHold, letterToHold, whatIsHeld } = joined(FILES, ["nameOfHold", "letterToHold", "whatIsHeld"]);

test("a hold is written as Python reads it", () => {
  assert.equal(nameOfHold({ step: 4, network: 1, letter: "c", unit: 12, to: "0" }), "4.right.c.12.0");
  assert.equal(nameOfHold({ step: 119, network: 0, letter: "n", unit: 83, to: "mean" }), "119.left.n.83.mean");
});

test("what was picked is offered where the cell has it, else the state that the unit remembers in", () => {
  const lstm = { parts: "hc", roles: { h: "hidden", c: "cell", f: "forget" } };
  const rnn = { parts: "h", roles: { h: "hidden" } };
  assert.deepEqual(["", "f", "h", "z"].map((picked) => letterToHold(lstm, picked)), ["c", "f", "h", "c"]);
  assert.deepEqual(["", "f"].map((picked) => letterToHold(rnn, picked)), ["h", "h"]);
});

test("of a payload only what is about a hold changes with one", () => {
  assert.deepEqual(whatIsHeld({ erased: 1, holds: true, lost: false, tokens: [] }), { erased: 1, holds: true, lost: false });
  assert.deepEqual(whatIsHeld({ holds: true, lost: false }), { erased: undefined, holds: true, lost: false });
});
