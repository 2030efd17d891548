// A figure's numbers as tables: what has a name is there, as exactly as the figure was given it, under its axis' names.

import assert from "node:assert/strict";
import test from "node:test";
import { joined } from "./scripts.mjs";

const FILES = ["shared/parts.js", "shared/table.js"];
const { tablesOf, tableNumber, plainText } = joined(FILES, ["tablesOf", "tableNumber", "plainText"]);
const packed = (values, shape) => ({ dtype: "f8", bdata: Buffer.from(new Float64Array(values).buffer).toString("base64"), ...(shape && { shape }) });
const line = (name, more) => ({ type: "scatter", mode: "lines", name, hovertemplate: "%{x}: %{y:.2f}<extra></extra>", ...more });

test("numbers have three digits that count", () => {
  const shown = [0, 0.12345, -17.04, 998, 12600, 3.14e-7, -2e9, Infinity, NaN, null, "a<b>b</b>"].map((v) => tableNumber(v));
  assert.deepEqual(shown, ["0", "0.123", "−17", "998", "12,600", "3.1·10⁻⁷", "−2.0·10⁹", "∞", "", "", "ab"]);
  assert.equal(tableNumber(0.9312, true), "93.1%");
});

test("Plotly's text becomes what a person reads", () => {
  assert.equal(plainText("hidden<br>state h"), "hidden state h");
  assert.equal(plainText("&lt;b&gt; &amp; &#36;\u200b\u200b"), "<b> & $");
});

test("lines over one axis stand side by side, in the order of the axis", () => {
  const data = [line("A", { x: packed([1, 10]), y: packed([0.5, 0.25]) }), line("B", { x: [10, 5], y: [2, 1] })];
  const layout = { xaxis: { type: "log", title: { text: "steps" } } };
  const [{ corner, columns, rows }] = tablesOf({ data: [...data, line(undefined, { x: [99], y: [99] })], layout });
  assert.equal(corner, "steps");
  assert.deepEqual(columns.map(({ group }) => group), ["A", "B"]);
  assert.deepEqual(rows, [["1", "0.5", ""], ["5", "", "1"], ["10", "0.25", "2"]]);
});

test("where the drawing ends at its edge, the number does not", () => {
  const one = line("norm", { x: ["a", "b"], y: [1e-6, 1], customdata: packed([1e-30, 1]), hovertemplate: "%{customdata:.2~e}" });
  assert.deepEqual(tablesOf({ data: [one], layout: {} })[0].rows, [["a", "1.0·10⁻³⁰"], ["b", "1"]]);
});

test("equal words are different columns, and are shown alike", () => {
  const one = line("p", { x: ["to\u200b", "to\u200b\u200b"], y: [0.1, 0.2], hovertemplate: "%{x}: %{y:.0%}" });
  const layout = { xaxis: { type: "category", tickvals: [0, 1], ticktext: ["to", "…"] } };
  assert.deepEqual(tablesOf({ data: [one], layout })[0].rows, [["to", "10%"], ["to", "20%"]]);
});

test("a heatmap has a column for each of its rows, named by its axis", () => {
  const map = { type: "heatmap", name: "gate", x: ["a", "b"], y: ["7", "3"], z: packed([1, 2, 3, NaN], "2, 2") };
  map.hovertemplate = "%{y} %{x} %{z:.2f}";
  const [{ columns, rows }] = tablesOf({ data: [map, line("norm", { x: ["a", "b"], y: [8, 9] })], layout: {} });
  assert.deepEqual(columns, [{ group: "gate", name: "7" }, { group: "gate", name: "3" }, { group: "norm", name: "" }]);
  assert.deepEqual(rows, [["a", "1", "3", "8"], ["b", "2", "", "9"]]);
  const rowsOfRecords = { ...map, z: [Float32Array.from([1, 2]), Float32Array.from([3, 4])] }; // as the stepper has them
  assert.deepEqual(tablesOf({ data: [rowsOfRecords], layout: {} })[0].rows, [["a", "1", "3"], ["b", "2", "4"]]);
});

test("a heatmap of logarithms shows the numbers, one of words its words, one that marks a mark", () => {
  const map = { type: "heatmap", name: "m", x: [1], y: [1], z: [[-3]], hovertemplate: "%{y} %{x}: 10<sup>%{z:.1f}</sup>" };
  const layout = { meta: { explain: { log10: true } } };
  assert.deepEqual(tablesOf({ data: [map], layout })[0].rows, [["1", "0.001"]]);
  const worded = { ...map, text: [["out of reach"]], hovertemplate: "%{x} %{text}" };
  assert.deepEqual(tablesOf({ data: [worded], layout: {} })[0].rows, [["1", "out of reach"]]);
  const marked = { ...map, x: [1, 2], z: [[1, null]], hovertemplate: "sees %{x}" };
  assert.deepEqual(tablesOf({ data: [marked], layout: {} })[0].rows, [["1", "✓"], ["2", ""]]);
});

test("bars that lie have their names at the side", () => {
  const bars = { type: "bar", orientation: "h", name: "p", x: packed([0.2, 0.8]), y: packed([0.2, 1.2]) };
  const layout = { yaxis: { tickvals: [0, 1], ticktext: ["<b>RNN</b>", "<b>LSTM</b>"] } };
  assert.deepEqual(tablesOf({ data: [bars], layout })[0].rows, [["RNN", "0.2"], ["LSTM", "0.8"]]);
});

test("points in a plane have a row each, with both numbers or their own words", () => {
  const points = { type: "scatter", mode: "markers", name: "f", x: [0.5, -1], y: [0, 2], hovertemplate: "%{x:.2f} %{y:+.2f}i" };
  const layout = { xaxis: { title: { text: "real" } }, yaxis: { title: { text: "imaginary" } } };
  const [{ columns, rows }] = tablesOf({ data: [points], layout });
  assert.deepEqual(columns.map(({ name }) => name), ["real", "imaginary"]);
  assert.deepEqual(rows, [["1", "0.5", "0"], ["2", "−1", "2"]]);
  const path = { type: "scatter3d", name: "p", x: [1], y: [2], z: [3], text: ["step 0<br>w 1"] };
  assert.deepEqual(tablesOf({ data: [path], layout: {} })[0].rows, [["1", "step 0 w 1"]]);
});

test("a figure with nothing named has no table", () => {
  assert.deepEqual(tablesOf({ data: [line(undefined, { x: [1], y: [1] })], layout: {} }), []);
});
