// One unit through time: its numbers are its column of each record, and the words say where each line is lowest and highest.

import assert from "node:assert/strict";
import test from "node:test";
import { joined, seeded } from "./scripts.mjs";

const FILES = ["shared/parts.js", "stepper/equations.js", "stepper/unit.js"];
const NAMES = ["unitFigure", "unitWords", "unitNamed", "nameOfUnit", "unitsInColumns", "unitIfThere", "reachOf"];
const { unitFigure, unitWords, unitNamed, nameOfUnit, unitsInColumns, unitIfThere, reachOf } = joined(FILES, NAMES);
const tokens = (text) => text.split(" ").map((text) => ({ text }));
const labels = { figure: "{name} {unit}: {lines}.", line: "{letter} from {least} ({low}) to {most} ({high})", comma: ", " };

test("each line has the unit's own column of its record", () => {
  const random = seeded(4);
  for (let round = 0; round < 50; round++) {
    const [steps, units] = [1 + Math.floor(9 * random()), 1 + Math.floor(9 * random())];
    const record = () => Array.from({ length: steps }, () => Array.from({ length: units }, () => Math.fround(random())));
    const grids = { h: record(), f: record() };
    const packed = ([letter, rows]) => [letter, { shape: [steps, units], values: Float32Array.from(rows.flat()) }];
    const records = Object.fromEntries(Object.entries(grids).map(packed));
    const figure = { layout: { height: 1, yaxis: { anchor: "x" } }, data: ["f", "h"].map((letter) => ({ name: letter, y: { record: letter } })) };
    const unit = Math.floor(units * random());
    const { data, layout } = unitFigure(figure, records, unit, 4);
    assert.equal(layout.height, 1);
    assert.deepEqual(layout.yaxis, { anchor: "x", range: [-4, 4], tickvals: [-4, -1, 0, 1, 4], ticktext: ["−4", "−1", "0", "1", "4"] });
    for (const { name, y } of data) assert.deepEqual([...y], grids[name].map((row) => row[unit]));
    assert.deepEqual(figure.data[0].y, { record: "f" }, "the figure of any unit stays as it was");
  }
});

test("the axis of the state is as long as the unit's own state needs, and at least 1", () => {
  const grid = (rows) => ({ shape: [rows.length, rows[0].length], values: Float32Array.from(rows.flat()) });
  const cell = { parts: "hc", records: { h: grid([[0.5, 0.1], [0.9, 0.2]]), c: grid([[-2.1, 0.3], [1, 9]]), f: grid([[7, 7], [7, 7]]) } };
  assert.deepEqual([0, 1].map((unit) => reachOf(cell, unit)), [3, 9]);
  assert.equal(reachOf({ ...cell, parts: "h" }, 0), 1);
  assert.equal(reachOf({ parts: "h", records: { h: grid([[NaN], [Infinity]]) } }, 0), 1);
});

test("the words name the lowest and the highest place of each line, of equal ones the first", () => {
  const data = [{ name: "h", y: [0.5, -0.25, 0.5] }, { name: "f", y: [1, 1, 0] }];
  const said = unitWords({ data }, { name: "LSTM", unit: 7 }, tokens("Starving {name} x"), labels);
  assert.equal(said, "LSTM 7: h from −0.25 ({name}) to 0.50 (Starving), f from 0.00 (x) to 1.00 (Starving).");
  const long = unitWords({ data }, { name: "LSTM", unit: 7 }, tokens(`${"a".repeat(90)} b c`), labels);
  assert.ok(long.length < 120);
});

test("a network that blew up has words too", () => {
  const said = unitWords({ data: [{ name: "h", y: [NaN, Infinity, 2] }] }, { name: "RNN", unit: 0 }, tokens("a b c"), labels);
  assert.match(said, /^RNN 0: h from . \(a\) to/);
});

test("a unit's name is read as it is written, and nonsense is none", () => {
  for (const one of [{ network: 0, unit: 12 }, { network: 1, unit: 0 }]) assert.deepEqual(unitNamed(nameOfUnit(one)), one);
  for (const text of ["", null, undefined, "left", "left.", "left.-1", "up.3", "right.1.2", "right.12345", "left.x"]) {
    assert.equal(unitNamed(text), null);
  }
});

test("the chosen unit stands under its own network, the second beside it", () => {
  const orders = [[2, 0, 1], [1, 0]];
  const at = (network, unit) => ({ network, unit });
  assert.deepEqual(unitsInColumns(at(1, 0), null, orders), [at(0, 2), at(1, 0)]); // the other's on top
  assert.deepEqual(unitsInColumns(at(0, 1), null, orders), [at(0, 1), at(1, 1)]);
  assert.deepEqual(unitsInColumns(at(1, 0), at(1, 1), orders), [at(1, 1), at(1, 0)]); // two of one network
  assert.deepEqual(unitIfThere(at(1, 1), orders), at(1, 1));
  assert.equal(unitIfThere(at(1, 2), orders), null);
  assert.equal(unitIfThere(null, orders), null);
});
