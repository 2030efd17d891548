// The challenges: fresh sequences, what counts as done, and what went wrong where. No words: keys of the locale
// file with their numbers. `random` is a function like Math.random, so that a test can repeat what it saw.

const HOLD_AT = 2; // the third input
const HOLD_STEPS = 10;
const NEAR = 0.1; // so far may h be from what is wanted
const FRESH = 10; // sequences of one check
const DEEPEST = 6; // open brackets that every sequence reaches
const LEAST = 0.2; // one bracket must change the state by so much: smaller steps drown in noise
const LETTERS = "abcdefgh";
const YES = 0.5;
const NO = 0.2;

/** A number between 0.4 and 1 of either sign, with two decimals: what a letter or a plain input says. */
function anyValue(random) {
  return (random() < 0.5 ? -1 : 1) * (Math.round(60 * random()) / 100 + 0.4);
}

function anyLetter(random) {
  return LETTERS[Math.floor(random() * LETTERS.length)];
}

/** Tokens with their values and kinds: "(" says 1, ")" says -1, "." nothing, a letter anything. */
function tokenSequence(tokens, kinds, random) {
  const fixed = { "(": 1, ")": -1, ".": 0 };
  return {
    tokens,
    values: tokens.map((token) => fixed[token] ?? anyValue(random)),
    kinds: tokens.map((token) => kinds.indexOf(token in fixed ? token : "a")),
  };
}

/** How many brackets are open after each token. */
function openBrackets({ tokens }) {
  let open = 0;
  return tokens.map((token) => (open += { "(": 1, ")": -1 }[token] ?? 0));
}

/** Whether a bracket was opened since the last full stop, after each token. */
function sinceStop({ tokens }) {
  let seen = false;
  return tokens.map((token) => (seen = token === "(" || (seen && token !== ".")));
}

const CHALLENGES = {
  hold: {
    slots: HOLD_AT + HOLD_STEPS + 1,
    kinds: null,
    range: [-1.6, 1.6],
    make(random) {
      const values = Array.from({ length: this.slots }, () => anyValue(random));
      return { tokens: null, values, kinds: null };
    },
    /** What h should be: nothing until the end, then the third input as tanh shows it. */
    wanted: ({ values }) => values.map((_, t) => (t < values.length - 1 ? 0 : Math.tanh(values[HOLD_AT]))),
    check: checkHold,
  },
  count: {
    slots: 3,
    kinds: ["(", ")", "a"],
    range: [-2, 7],
    make(random) {
      for (;;) {
        const tokens = [];
        let open = 0;
        for (let t = 0; t < 22; t += 1) {
          const draw = random();
          const token = draw < 0.45 ? "(" : draw < 0.7 && open ? ")" : anyLetter(random);
          open += { "(": 1, ")": -1 }[token] ?? 0;
          tokens.push(token);
        }
        const all = openBrackets({ tokens });
        if (Math.max(...all) === DEEPEST && tokens.includes(")")) return tokenSequence(tokens, this.kinds, random);
      }
    },
    wanted: (sequence, run, memory) => {
      const unit = bracketUnit([{ sequence, run }], memory);
      return openBrackets(sequence).map((open) => open * (unit >= LEAST ? unit : 1));
    },
    check: checkCount,
  },
  stop: {
    slots: 3,
    kinds: ["(", "a", "."],
    range: [-2, 3],
    make(random) {
      const tokens = [];
      const some = () => Array.from({ length: 1 + Math.floor(3 * random()) }, () => anyLetter(random));
      for (let sentence = 0; tokens.length < 16; sentence += 1) {
        if (sentence % 2) tokens.push(...some(), ".");
        else tokens.push(...some(), "(", ...some(), ".");
      }
      return tokenSequence([...tokens.slice(0, 16), ...some().slice(0, 1)], this.kinds, random);
    },
    wanted: (sequence) => sinceStop(sequence).map((yes) => (yes ? 1 : 0)),
    check: checkStop,
  },
};

/** What one bracket adds to the memory: the best u for memory = u · open brackets, over all steps of all runs. */
function bracketUnit(runs, memory) {
  let [above, below] = [0, 0];
  for (const { sequence, run } of runs) {
    openBrackets(sequence).forEach((open, t) => {
      above += open * run[t][memory];
      below += open * open;
    });
  }
  return above / below;
}

/** The largest of `items` by `size`, or null if there is none. */
function worstOf(items, size) {
  return items.reduce((worst, one) => (worst === null || size(one) > size(worst) ? one : worst), null);
}

function checkHold(kind, runs) {
  const last = HOLD_AT + HOLD_STEPS;
  const off = ({ run, sequence }) => Math.abs(run[last].h - Math.tanh(sequence.values[HOLD_AT]));
  const worst = worstOf(runs, off);
  const kept = off(worst) <= NEAR;
  const hidden = runs.flatMap(({ run }, k) => run.slice(0, last).map(({ h, gates }, t) => ({ k, t, h, gates })));
  const seen = worstOf(hidden, ({ h }) => Math.abs(h));
  const shows = Math.abs(seen.h) > NEAR;
  return [
    kept
      ? { ok: true, key: "kept", values: { off: off(worst) } }
      : { ok: false, ...whyNotKept(kind, worst), sequence: runs.indexOf(worst), step: last },
    shows
      ? { ok: false, key: `shown_${kind}`, values: { h: seen.h, gate: seen.gates.o }, sequence: seen.k, step: seen.t }
      : { ok: true, key: "hidden", values: {} },
  ];
}

/** The first thing on the third input's way to the end that went wrong. */
function whyNotKept(kind, { sequence, run, settings }) {
  const last = HOLD_AT + HOLD_STEPS;
  const ends = { wanted: Math.tanh(sequence.values[HOLD_AT]), h: run[last].h };
  if (kind === "rnn") {
    const third = turned(kind, settings, sequence, HOLD_AT);
    return { key: "mixed_rnn", values: { ...ends, third, last: turned(kind, settings, sequence, last) } };
  }
  const parts = contributionsAt(kind, run);
  const written = kind === "lstm" ? run[HOLD_AT].gates.i : 1 - run[HOLD_AT].gates.z;
  const keeper = kind === "lstm" ? "f" : "z";
  const kept = run.slice(HOLD_AT + 1).reduce((product, { gates }) => product * gates[keeper], 1);
  const others = parts.map((part, t) => ({ part, t })).filter(({ t }) => t !== HOLD_AT);
  const most = worstOf(others, ({ part }) => Math.abs(part));
  if (written < 0.9) return { key: `not_in_${kind}`, values: { ...ends, share: written, gate: 1 - written } };
  if (kept < 0.9) return { key: `faded_${kind}`, values: { ...ends, share: kept, steps: HOLD_STEPS } };
  if (Math.abs(most.part) > NEAR / 3) return { key: `mixed_${kind}`, values: { ...ends, part: most.part, at: most.t + 1 } };
  if (kind === "lstm" && run[last].gates.o < 0.95) {
    return { key: "not_out", values: { ...ends, c: run[last].c, gate: run[last].gates.o } };
  }
  const { n = ends.wanted, gates } = run[HOLD_AT];
  if (Math.abs(n - ends.wanted) > NEAR / 2) return { key: "candidate", values: { ...ends, n, gate: gates.r } };
  return { key: "slack", values: ends };
}

function checkCount(kind, runs) {
  const { memory } = UNITS[kind];
  const unit = bracketUnit(runs, memory);
  const steps = runs.flatMap(({ sequence, run }, k) =>
    openBrackets(sequence).map((open, t) => ({ k, t, open, token: sequence.tokens[t], state: run[t][memory] })),
  );
  if (!(unit >= LEAST)) {
    const deep = steps.find(({ open }) => open === DEEPEST);
    const values = { unit, least: LEAST, state: deep.state, open: deep.open };
    return [{ ok: false, key: `no_unit_${kind}`, values, sequence: deep.k, step: deep.t }];
  }
  const wrong = steps.find(({ state, open }) => Math.abs(state - unit * open) >= unit / 2);
  if (!wrong) return [{ ok: true, key: "counted", values: { unit, deepest: DEEPEST } }];
  const { k, t, open, token, state } = wrong;
  // Which kind of token moved the state by something else than it should have, most of all?
  const moved = { "(": 0, ")": 0, a: 0 };
  for (const { sequence, run } of runs) {
    sequence.tokens.forEach((name, s) => {
      const change = run[s][memory] - (s ? run[s - 1][memory] : 0);
      const should = unit * ({ "(": 1, ")": -1 }[name] ?? 0);
      moved[name in moved ? name : "a"] += (change - should) ** 2;
    });
  }
  const blamed = worstOf(Object.keys(moved), (name) => moved[name]);
  const values = { unit, open, token, state, read: Math.round(state / unit) };
  return [{ ok: false, key: `miscounted_${blamed === "a" ? "letter" : "bracket"}`, values, sequence: k, step: t }];
}

function checkStop(kind, runs) {
  const { memory } = UNITS[kind];
  const steps = runs.flatMap(({ sequence, run }, k) =>
    sinceStop(sequence).map((yes, t) => ({ k, t, yes, token: sequence.tokens[t], state: run[t][memory] })),
  );
  const lost = steps.find(({ yes, state }) => yes && state < YES);
  const left = steps.filter(({ yes, state }) => !yes && Math.abs(state) > NO);
  const kept = left.find(({ token }) => token === ".") ?? left[0];
  const report = ({ k, t, token, state }, key) => ({ ok: false, key, values: { token, state }, sequence: k, step: t });
  return [
    lost ? report(lost, lost.token === "(" ? "not_noticed" : "lost") : { ok: true, key: "remembered", values: {} },
    kept ? report(kept, kept.token === "." ? "not_forgotten" : "noise") : { ok: true, key: "forgotten", values: {} },
  ];
}

/** Tries settings on fresh sequences. Returns {passed, parts, sequences}: a part has `ok`, `key`, `values`, and, where
 *  something is wrong, the `sequence` (from 0) and `step` (from 0). */
function checkSettings(kind, challenge, settings, random = Math.random) {
  const sequences = Array.from({ length: FRESH }, () => CHALLENGES[challenge].make(random));
  const runs = sequences.map((sequence) => ({ sequence, settings, run: runUnit(kind, settings, sequence) }));
  const parts = CHALLENGES[challenge].check(kind, runs);
  return { passed: parts.every(({ ok }) => ok), parts, sequences };
}

/** How many settings a gate has in a challenge. */
function slotCount(kind, challenge) {
  return UNITS[kind].fixed ? 1 : CHALLENGES[challenge].slots;
}

/** All gates half open; of an RNN, the weights with which it simply reads. */
function startSettings(kind, challenge) {
  const start = { w: 0.5, u: 1 };
  const all = (letter) => Array(slotCount(kind, challenge)).fill(start[letter] ?? 0.5);
  return Object.fromEntries(UNITS[kind].letters.map((letter) => [letter, all(letter)]));
}

/** Settings that pass, where there are any. */
const SOLUTIONS = {
  lstm: {
    hold: {
      i: Array.from({ length: 13 }, (_, t) => Number(t === HOLD_AT)),
      f: Array.from({ length: 13 }, (_, t) => Number(t > HOLD_AT)),
      o: Array.from({ length: 13 }, (_, t) => Number(t === HOLD_AT + HOLD_STEPS)),
    },
    count: { i: [1, 1, 0], f: [1, 1, 1], o: [1, 1, 1] },
    stop: { i: [1, 0, 0], f: [0, 1, 0], o: [1, 1, 1] },
  },
  gru: { stop: { r: [0, 0, 0], z: [0, 1, 0] } },
};
