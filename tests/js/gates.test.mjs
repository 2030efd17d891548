// The units that are played by hand and their challenges: only the right gates pass. The same as torch.nn computes:
// tests/js/test_units.py.

import assert from "node:assert/strict";
import test from "node:test";
import { joined, seeded } from "./scripts.mjs";

const NAMES = ["UNITS", "CHALLENGES", "SOLUTIONS", "slotCount", "checkSettings", "runUnit", "contributionsAt"];
const { UNITS, CHALLENGES, SOLUTIONS, slotCount, checkSettings, runUnit, contributionsAt, ...link } = joined(
  ["gates/units.js", "gates/challenges.js", "gates/setting.js"],
  [...NAMES, "startSettings", "settingsAsText", "settingsOfText"],
);
const KINDS = ["lstm", "gru", "rnn"];
const PASSABLE = ["lstm.hold", "lstm.count", "lstm.stop", "gru.stop"];
const PAIRS = KINDS.flatMap((kind) => ["hold", "count", "stop"].map((challenge) => [kind, challenge]));

const near = (a, b, by) => assert.ok(Math.abs(a - b) <= by, `${a} is not ${b}`);

test("there are these units and challenges", () => {
  assert.deepEqual(Object.keys(UNITS), KINDS);
  assert.deepEqual(Object.keys(CHALLENGES), ["hold", "count", "stop"]);
});

for (const [kind, challenge] of PAIRS) {
  test(`no constant passes: ${kind}, ${challenge}`, () => {
    const points = { lstm: 11, gru: 21, rnn: 41 }[kind];
    const { letters, range: [low, high] } = UNITS[kind];
    const random = seeded(1);
    let tried = 0;
    const fails = (values) => {
      const all = letters.map((letter, k) => [letter, Array(slotCount(kind, challenge)).fill(values[k])]);
      assert.equal(checkSettings(kind, challenge, Object.fromEntries(all), random).passed, false, `${values}`);
      tried += 1;
    };
    for (let k = 0; k < points ** letters.length; k += 1) {
      fails(letters.map((_, j) => low + ((high - low) * (Math.floor(k / points ** j) % points)) / (points - 1)));
    }
    for (let k = 0; k < 500; k += 1) fails(letters.map(() => low + (high - low) * random()));
    assert.ok(tried > 900);
  });
}

for (const pair of PASSABLE) {
  test(`a known solution passes whatever is drawn: ${pair}`, () => {
    const [kind, challenge] = pair.split(".");
    for (let seed = 0; seed < 100; seed += 1) {
      assert.equal(checkSettings(kind, challenge, SOLUTIONS[kind][challenge], seeded(seed)).passed, true, `${seed}`);
    }
  });
}

test("only these have a solution", () => {
  const found = Object.entries(SOLUTIONS).flatMap(([kind, of]) => Object.keys(of).map((name) => `${kind}.${name}`));
  assert.deepEqual(found, PASSABLE);
});

// A setting for each slot, many of them wide open or shut: no GRU counts or hides, as the page says.
for (const [kind, challenge] of PAIRS.filter(([kind]) => kind !== "rnn")) {
  test(`gates at random pass only what can be passed: ${kind}, ${challenge}`, () => {
    const random = seeded(7);
    const one = () => (random() < 0.6 ? Math.round(random()) : random());
    const all = () => Array.from({ length: slotCount(kind, challenge) }, one);
    const settings = () => Object.fromEntries(UNITS[kind].letters.map((letter) => [letter, all()]));
    const passes = () => checkSettings(kind, challenge, settings(), random).passed;
    const found = Array.from({ length: 3000 }, passes).some(Boolean);
    if (!PASSABLE.includes(`${kind}.${challenge}`)) assert.equal(found, false);
    else if (challenge === "stop") assert.equal(found, true); // few settings, so some of them are found
  });
}

for (const kind of ["lstm", "gru"]) {
  test(`what each step wrote adds up to the memory: ${kind}`, () => {
    const random = seeded(2);
    const sequence = CHALLENGES.hold.make(random);
    const settings = Object.fromEntries(UNITS[kind].letters.map((l) => [l, sequence.values.map(() => random())]));
    const run = runUnit(kind, settings, sequence);
    const memory = run[run.length - 1][UNITS[kind].memory];
    near(contributionsAt(kind, run).reduce((a, b) => a + b, 0), memory, 1e-6 * Math.abs(memory));
  });
}

for (const [kind, challenge] of PAIRS) {
  test(`settings survive the link: ${kind}, ${challenge}`, () => {
    const random = seeded(5);
    const settings = link.startSettings(kind, challenge);
    for (const of of Object.values(settings)) of.forEach((_, k) => (of[k] = Math.round(100 * random()) / 100));
    const text = link.settingsAsText(kind, challenge, settings);
    const after = link.settingsOfText(kind, challenge, text);
    assert.deepEqual(Object.keys(after), Object.keys(settings));
    for (const [letter, values] of Object.entries(settings)) {
      assert.equal(after[letter].length, values.length);
      values.forEach((value, k) => near(after[letter][k], value, 0.011));
    }
    assert.ok(text.length <= 120);
    for (const nonsense of [`${text}0`, text.replace(/.$/, "!"), ""]) {
      assert.equal(link.settingsOfText(kind, challenge, nonsense), null);
    }
  });
}
