// One unit of each kind, whose gates are set by hand. The equations are PyTorch's (rnnviz/recurrence/cells.py) with one unit.
//
// A step reads one number x and has one state {c, h} (c only in an LSTM). What a gate is set to stands in
// `settings`: {letter: [a value for each slot]}. A slot is a step, a kind of token, or, for the weights of an RNN,
// which are the same at every step, there is just one.

const UNITS = {
  // c' = f·c + i·g, h' = o·tanh(c'); the candidate g is the number that is read.
  lstm: {
    letters: ["i", "f", "o"],
    roles: { i: "input", f: "forget", o: "output" },
    range: [0, 1],
    memory: "c",
    step({ i, f, o }, x, before) {
      const c = f * before.c + i * x;
      return { g: x, c, h: o * Math.tanh(c) };
    },
  },
  // n = tanh(x + r·h), h' = (1 - z)·n + z·h
  gru: {
    letters: ["r", "z"],
    roles: { r: "reset", z: "update" },
    range: [0, 1],
    memory: "h",
    step({ r, z }, x, before) {
      const n = Math.tanh(x + r * before.h);
      return { n, c: 0, h: (1 - z) * n + z * before.h };
    },
  },
  // h' = tanh(w·h + u·x)
  rnn: {
    letters: ["w", "u"],
    roles: { w: "hidden", u: "ink" },
    range: [-2, 2],
    memory: "h",
    fixed: true,
    step({ w, u }, x, before) {
      return { c: 0, h: Math.tanh(w * before.h + u * x) };
    },
  },
};

const NOTHING = { c: 0, h: 0 };

/** The slot of a step: which of a gate's settings is in force there. */
function slotAt(kind, { kinds }, t) {
  if (UNITS[kind].fixed) return 0;
  return kinds ? kinds[t] : t;
}

/** The gates' values at a step. */
function gatesAt(kind, settings, sequence, t) {
  const slot = slotAt(kind, sequence, t);
  return Object.fromEntries(UNITS[kind].letters.map((letter) => [letter, settings[letter][slot]]));
}

/** Lets a unit read `sequence` {values, kinds: [slot of each token] or null}: one {gates, x, c, h, g or n} a step. */
function runUnit(kind, settings, sequence) {
  let state = NOTHING;
  return sequence.values.map((x, t) => {
    const gates = gatesAt(kind, settings, sequence, t);
    state = UNITS[kind].step(gates, x, state);
    return { gates, x, ...state };
  });
}

/** What each step's write still makes of the memory at the end: they add up to it (LSTM and GRU). */
function contributionsAt(kind, run) {
  let kept = 1;
  const parts = [];
  for (let t = run.length - 1; t >= 0; t -= 1) {
    const { gates, g, n } = run[t];
    parts[t] = kept * (kind === "lstm" ? gates.i * g : (1 - gates.z) * n);
    kept *= kind === "lstm" ? gates.f : gates.z;
  }
  return parts;
}

/** How much h at the end changes if the sign of the number read at step t is turned. */
function turned(kind, settings, sequence, t) {
  const last = sequence.values.length - 1;
  const other = { ...sequence, values: sequence.values.map((x, k) => (k === t ? -x : x)) };
  return Math.abs(runUnit(kind, settings, sequence)[last].h - runUnit(kind, settings, other)[last].h);
}
