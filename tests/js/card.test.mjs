// A figure in space: its camera as numbers of the link and back, and what an arrow key does to it.

import assert from "node:assert/strict";
import test from "node:test";
import { joined } from "./scripts.mjs";

const FILES = ["shared/parts.js", "shared/table.js", "board/card.js"];
const NAMES = ["cameraPlace", "cameraAt", "turnedCamera", "placeText"];
const { cameraPlace, cameraAt, turnedCamera, placeText } = joined(FILES, NAMES);
const usual = { eye: { x: 1.5, y: 1.4, z: 0.92 }, center: { x: 0.1, y: -0.03, z: -0.14 } };
const far = ({ eye, center }) => Math.hypot(eye.x - center.x, eye.y - center.y, eye.z - center.z);

test("a camera is six numbers of three decimals, and comes back from them", () => {
  assert.deepEqual(cameraPlace(usual), [1.5, 1.4, 0.92, 0.1, -0.03, -0.14]);
  assert.deepEqual(cameraAt(cameraPlace(usual)), usual);
  const long = { eye: { x: 1.23456, y: -0.00001, z: 99 }, center: { x: -99, y: 0, z: 1 } };
  assert.deepEqual(cameraPlace(long), [1.235, 0, 20, -20, 0, 1]);
  assert.equal(placeText(cameraPlace(long)), "1.235,0,20,-20,0,1");
  assert.equal(placeText([]), "");
});

test("it turns around what it looks at, and keeps its distance", () => {
  for (const [left, up] of [[0.3, 0], [0, 0.2], [-1, -0.4]]) {
    const turned = turnedCamera(usual, left, up);
    assert.ok(Math.abs(far(turned) - far(usual)) < 1e-12);
    assert.deepEqual(turned.center, usual.center);
  }
  const around = Array.from({ length: 36 }).reduce((camera) => turnedCamera(camera, Math.PI / 18, 0), usual);
  assert.deepEqual(cameraPlace(around), cameraPlace(usual), "36 times 10 degrees are a whole turn");
  assert.ok(turnedCamera(usual, 0, 0.2).eye.z > usual.eye.z, "upwards is up");
});

test("it does not turn over", () => {
  const over = Array.from({ length: 40 }).reduce((camera) => turnedCamera(camera, 0, 0.2), usual);
  const flat = Math.hypot(over.eye.x - over.center.x, over.eye.y - over.center.y);
  assert.ok(flat > 0.05 && over.eye.z > over.center.z);
});
