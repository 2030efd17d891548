// The way back in the browser: what is shown multiplies to what is shown, and a press leads where it says.

import assert from "node:assert/strict";
import test from "node:test";
import { joined, seeded } from "./scripts.mjs";

const FILES = ["shared/parts.js", "shared/table.js", "shared/transport.js", "stepper/back.js"];
const NAMES = ["countedDigits", "multiplied", "backEquations", "backTo", "directWay", "filledRuns"];
const { countedDigits, multiplied, backEquations, backTo, directWay, filledRuns } = joined(FILES, NAMES);

const DIGITS = { "⁻": "-", "⁰": 0, "¹": 1, "²": 2, "³": 3, "⁴": 4, "⁵": 5, "⁶": 6, "⁷": 7, "⁸": 8, "⁹": 9 };
/** A shown number, as somebody types it into a calculator. */
const typed = (text) => {
  const [mantissa, exponent] = text.replace("−", "-").split("·10");
  return Number(mantissa) * 10 ** Number([...(exponent ?? "⁰")].map((one) => DIGITS[one]).join(""));
};
const record = (values) => ({ shape: [values.length], values });

test("numbers have as many digits as are asked for", () => {
  const shown = [0, 0.04321, 17.49, 3.1234e-7, 12345, Infinity, NaN].map((value) => countedDigits(value));
  assert.deepEqual(shown, ["0", "0.0432", "17.5", "3.12·10⁻⁷", "1.23·10⁴", "∞", "?"]);
  assert.equal(countedDigits(0.043217, 5), "0.043217");
});

test("whoever multiplies what is shown gets what is shown", () => {
  const random = seeded(1);
  let more = 0;
  for (let k = 0; k < 2000; k++) {
    const before = 10 ** (20 * random() - 16);
    const [slopes, weights] = [random(), 2 * random()];
    const shown = multiplied(before, { slopes, weights }, before * slopes * weights);
    const product = typed(shown.before) * typed(shown.slopes) * typed(shown.weights);
    assert.equal(countedDigits(product), shown.after, JSON.stringify(shown));
    more += shown.slopes.length > 5;
  }
  assert.ok(more > 100, "three digits are often too few");
});

test("what is no number ends in what is no number", () => {
  assert.deepEqual(multiplied(0, { gate: NaN }, 0), { before: "0", gate: "?", after: "0" });
  assert.equal(multiplied(Infinity, { gate: 0.5 }, Infinity).after, "∞");
});

test("an RNN has one way, a GRU two that are added, an LSTM two into c and one into h", () => {
  const shared = { h: record([0.12, 0.4, 1]), sent: record([0.4, 1, NaN]), sloped: record([0.2, 0.5, NaN]) };
  const rnn = { keeper: "", records: { ...shared, weighed: record([0.12, 0.4, NaN]), arrived: record([0.12, 0.4, NaN]) } };
  assert.deepEqual(backEquations(rnn, 2, false), [["start", { h: "1.00" }]]);
  assert.deepEqual(backEquations(rnn, 0, false), [
    ["through", { before: "0.400", slopes: "0.500", weights: "0.600", after: "0.120" }],
    ["left", { share: "0.120" }],
  ]);
  assert.deepEqual(backEquations(rnn, 0, true).at(-1), ["own", { after: "0.120" }]);
  const gated = { ...rnn.records, held: record([0.4, 1, NaN]), kept: record([0.1, 0.2, NaN]), arrived: record([0.15, 0.4, NaN]) };
  const gru = backEquations({ keeper: "z", records: gated }, 0, false);
  assert.deepEqual(gru.map(([label]) => label), ["past_z", "through_h", "both_h", "left"]);
  const other = backEquations({ keeper: "", records: gated }, 0, false); // a cell that carries without a gate's name
  assert.deepEqual(other.map(([label]) => label), ["past_", "through_h", "both_h", "left"]);
  assert.deepEqual(gru[0][1], { before: "0.400", gate: "0.250", after: "0.100" });
  assert.deepEqual(gru[2][1], { after: "0.150", times: "0.375" });
  const lstm = backEquations({ keeper: "f", records: { ...gated, c: record([0.3, 0.5, 2]) } }, 0, false);
  assert.deepEqual(lstm[2], ["both_c", { after: "0.300", times: "0.750" }]);
  assert.deepEqual(backEquations({ keeper: "f", records: { ...gated, c: record([0.3, 0.5, 2]) } }, 2, false), [
    ["start_c", { h: "1.00", c: "2.00" }],
  ]);
});

test("presses lead back to the first step and no farther", () => {
  const from = (t) => ["first", "back", "forward", "last"].map((name) => backTo(name, t, 9));
  assert.deepEqual(from(null), [0, 9, 9, 9]);
  assert.deepEqual(from(9), [0, 8, 9, 9]);
  assert.deepEqual(from(0), [0, 0, 1, 9]);
});

test("a unit's own way is the product of its gates since then", () => {
  const gates = { shape: [3, 2], values: Float32Array.from([0.1, 0.2, 0.5, 0.25, 0.5, 1]) };
  assert.deepEqual(directWay(gates, 0, 0), { gate: 0.5, product: 0.25 });
  assert.deepEqual(directWay(gates, 1, 1), { gate: 1, product: 1 });
  assert.equal(directWay(gates, 0, 2).product, 1);
});

test("a label becomes runs, what a visitor typed only text", () => {
  const runs = filledRuns("From “{later}” on: {gate}", { later: "{gate}", gate: "0.5" }, { gate: "forget" });
  assert.deepEqual(runs, [["From “", ""], ["{gate}", ""], ["” on: ", ""], ["0.5", "forget"]]);
});
