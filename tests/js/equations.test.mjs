// How numbers become text in the equations, and that an equation is rounded so that it still holds as shown.
// All equations of random networks, worked out in decimal arithmetic: tests/js/test_cell_equations.py.

import assert from "node:assert/strict";
import test from "node:test";
import { joined, seeded } from "./scripts.mjs";

const { balanced, fixed, agrees, decodeArray, filledLabel } = joined(
  ["shared/parts.js", "stepper/kinds.js", "stepper/equations.js"],
  ["balanced", "fixed", "agrees", "decodeArray", "filledLabel"],
);
const number = (text) => Number(text.replace("−", "-"));

test("numbers have a real minus, no negative zero, and are short when they are huge", () => {
  const said = [-0.0004, -0.5, 0, 1.2e38, -1.2e38, Infinity, -Infinity, NaN].map((value) => fixed(value, 3));
  assert.deepEqual(said, ["0.000", "−0.500", "0.000", "1.2·10³⁸", "−1.2·10³⁸", "∞", "−∞", "?"]);
});

test("a tie agrees with nothing: tastes differ", () => {
  assert.equal(agrees(0.1234, 0.1231, 3), true);
  assert.equal(agrees(0.1236, 0.1231, 3), false);
  assert.equal(agrees(0.0625, 0.0625, 3), false);
});

test("a product of two shown numbers is the number shown", () => {
  const random = seeded(4);
  for (let k = 0; k < 2000; k += 1) {
    const [a, b] = [2 * random() - 1, 2 * random() - 1];
    const shown = balanced({ operands: { a, b }, outer: (_, o) => o.a * o.b, truth: Math.fround(a * b) });
    assert.ok(agrees(number(shown.a) * number(shown.b), Math.fround(a * b), 3), JSON.stringify(shown));
    assert.match(shown.result, /^−?\d\.\d{3}$/);
  }
});

test("what is in between leads on, too", () => {
  const random = seeded(9);
  for (let k = 0; k < 500; k += 1) {
    const operands = { a: 4 * random() - 2, b: 4 * random() - 2 };
    const truth = Math.fround(Math.tanh(operands.a + operands.b));
    const shown = balanced({ operands, middles: { sum: (o) => o.a + o.b }, outer: (m) => Math.tanh(m.sum), truth });
    const decimals = shown.result.split(".")[1].length;
    assert.ok(agrees(Math.tanh(number(shown.sum)), truth, decimals), JSON.stringify(shown));
  }
});

test("numbers that are none are shown as they are", () => {
  const shown = balanced({ operands: { a: NaN }, outer: (_, o) => o.a, truth: NaN });
  assert.deepEqual(shown, { a: "?", result: "?" });
});

test("arrays come packed, nested, or decoded already", () => {
  const bytes = Buffer.from(new Float32Array([0, 0.5, 1, 2, 4, 8]).buffer).toString("base64");
  for (const source of [{ dtype: "f4", bdata: bytes, shape: "2,3" }, [[0, 0.5, 1], [2, 4, 8]]]) {
    const { shape, values } = decodeArray(source);
    assert.deepEqual([shape, [...values]], [[2, 3], [0, 0.5, 1, 2, 4, 8]]);
    assert.deepEqual(decodeArray({ shape, values }), { shape, values });
  }
});

test("a gap in a label that nobody fills stays", () => {
  assert.equal(filledLabel("after {word}, {other}", { word: "x" }), "after x, {other}");
});
