// The equations of one unit at one step, with numbers that come out right: whoever types the operands
// as shown into a calculator gets every result as shown. Pure functions, no DOM; drawn by cell.js.
// Letters and weights are named as in https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html
// (and GRU, RNN).

const MOST_DECIMALS = 7; // beyond float32's own precision: nothing is gained by more
const ACTIVATIONS = {
  σ: (s) => 1 / (1 + Math.exp(-s)),
  tanh: Math.tanh,
  ReLU: (s) => Math.max(0, s),
};

const decodedCells = new WeakMap();
const weightFiles = new Map(); // by address: a promise, then the weights themselves

const decodedAll = (block) => Object.fromEntries(Object.entries(block || {}).map(([k, v]) => [k, decodeArray(v)]));

/** The network's "cell" block with every array decoded; done once per network, when its weights are there. */
function decodedCell(network) {
  let cell = decodedCells.get(network);
  if (!cell) {
    const raw = network.cell;
    cell = { ...raw, records: decodedAll(raw.records), vectors: decodeArray(raw.vectors) };
    cell.weights = typeof raw.weights === "string" ? weightFiles.get(raw.weights) : decodedAll(raw.weights);
    decodedCells.set(network, cell);
  }
  return cell;
}

/** Whether the weights are here; where they are a file, it is fetched, and `then` called when it has come. */
function haveWeights({ cell }, then) {
  const { weights } = cell;
  if (typeof weights !== "string") return true;
  const found = weightFiles.get(weights);
  if (!found) {
    const coming = fetch(new URL(weights, document.baseURI)).then((answer) => answer.json());
    weightFiles.set(weights, coming);
    coming.then(
      (block) => {
        weightFiles.set(weights, decodedAll(block));
        then();
      },
      () => weightFiles.delete(weights), // asked for again at the next step
    );
  }
  return found !== undefined && !(found instanceof Promise);
}

/** One row of a matrix times row t of another. */
function rowTimesRow(matrix, row, states, t) {
  const width = matrix.shape[1];
  let sum = 0;
  for (let j = 0; j < width; j++) sum += matrix.values[row * width + j] * states.values[t * width + j];
  return sum;
}

/** 1.2e38 -> "1.2·10³⁸"; what is no number, or beyond all of them, as Python's pages write it. */
function huge(value) {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "-∞" : "?";
  const [digits, exponent] = value.toExponential(1).split("e+");
  return `${digits}·10${[...exponent].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("")}`;
}

/** -0.0004 -> "0.000", -0.5 -> "−0.500" (U+2212, never a negative zero). */
function fixed(value, decimals) {
  const text = Math.abs(value) < 1e7 ? value.toFixed(decimals) : huge(value);
  if (!text.startsWith("-")) return text;
  return Number(text) === 0 ? text.slice(1) : "−" + text.slice(1);
}

/** Would a reader who got `value` write down the same `decimals` as for `truth`? Ties: no, tastes differ. */
function agrees(value, truth, decimals) {
  const text = value.toFixed(decimals);
  const tie = Math.abs(Math.abs(value - Number(text)) * 10 ** decimals - 0.5) < 1e-6;
  return !tie && fixed(value, decimals) === fixed(truth, decimals);
}

/**
 * Rounds an equation so that it still holds as shown, with as few decimals as possible (3 to 7).
 *
 * operands: {name: number}; middles: {name: (operands) => number}, the results in between;
 * outer: (middles, operands) => number; truth: the result that the network recorded.
 * Returns {name: text} of all operands and middles, and "result" with 3 decimals. In the rare case that
 * float32's own rounding puts the record on the other side of a half, the result has fewer decimals.
 */
function balanced({ operands, middles = {}, outer, truth }, digits = 3) {
  const map = (object, f) => Object.fromEntries(Object.entries(object).map(([k, v]) => [k, f(v, k)]));
  const round = (decimals) => (value) => Number(value.toFixed(decimals));
  const show = (decimals) => (value) => fixed(value, decimals);
  const exact = map(middles, (f) => f(operands));
  const wider = Array.from({ length: MOST_DECIMALS - 2 }, (_, k) => k + 3);
  for (let shown = digits; shown >= 0; shown--) {
    for (const fine of wider) {
      const given = map(operands, round(fine));
      const reached = map(middles, (f) => f(given));
      if (!agrees(outer(reached, given), truth, shown)) continue;
      for (const coarse of wider.filter((decimals) => decimals <= fine)) {
        const between = map(exact, round(coarse));
        const holds = Object.keys(exact).every((k) => agrees(reached[k], exact[k], coarse));
        if (!holds || !agrees(outer(between, given), truth, shown)) continue;
        return { ...map(operands, show(fine)), ...map(exact, show(coarse)), result: fixed(truth, shown) };
      }
    }
  }
  const plain = show(digits); // only numbers that are no numbers (a network that blew up) come here
  return { ...map(operands, plain), ...map(exact, plain), result: plain(truth) };
}

/** The unit's equations at a step: [{letter, value, shown, lines}]. */
function equationsOf(network, unit, step) {
  const cell = decodedCell(network);
  const { weights } = cell;
  const at = (letter, t) => (t < 0 ? 0 : cell.records[letter].values[t * cell.H + unit]);
  const now = (letter) => at(letter, step);
  const before = (letter) => at(letter, step - 1);
  const row = (letter) => cell.letters.indexOf(letter) * cell.H + unit;
  const bias = (side, letter) => weights[side].values[row(letter)];
  // W_ih x and W_hh h of this unit's gate; x is the word's vector, projected, which `word` and its offset contain
  const word = (l) => weights.word_offset.values[row(l)] + rowTimesRow(weights.word, row(l), cell.vectors, step);
  const state = (l) => (step > 0 ? rowTimesRow(weights.state, row(l), cell.records.h, step - 1) : 0);
  const solved = (letter, { operands, lines, ...equation }) => ({
    letter,
    value: now(letter),
    operands,
    lines,
    shown: balanced({ operands, ...equation, truth: now(letter) }),
  });

  // Most gates, and the whole of an RNN: f(W x + W h + b)
  const gate = (l, captioned) => {
    const f = cell.squash[l];
    return solved(l, {
      operands: { word: word(l), state: state(l), bias: bias("bias_ih", l) + bias("bias_hh", l) },
      middles: { sum: (o) => o.word + o.state + o.bias },
      outer: (m) => ACTIVATIONS[f](m.sum),
      lines: {
        captions: captioned ? `@${f}( ^word|+state|+bias )` : null,
        symbols: `@${f}( ^W_i${l}~x_t|+W_h${l}~h_t−1|+b_i${l}~+~b_h${l} )`,
        numbers: `@${f}( ^word|+state|+bias )|= ${f}( ^sum ) = ^result`,
      },
    });
  };
  return EQUATIONS[network.kind]({ gate, solved, now, before, word, state, bias });
}

/** Every number of the drawing: {name: [value, text as the equations show it]}. */
function readings(network, unit, step, equations) {
  const cell = decodedCell(network);
  const all = {};
  for (const { letter, value, operands, shown } of equations) {
    all[letter] = [value, shown.result];
    if (cell.parts.includes(letter)) {
      for (const name of ["word", "state", "bias"]) {
        if (name in operands) all[`${name}_share`] = [operands[name], shown[name]];
      }
      for (const name of ["kept", "added", "squashed", "sum"]) {
        if (name in shown) all[name] = [Number(shown[name].replace("−", "-")), shown[name]];
      }
    }
  }
  for (const part of cell.parts) {
    const before = step > 0 ? cell.records[part].values[(step - 1) * cell.H + unit] : 0;
    all[`${part}_before`] = [before, fixed(before, 3)];
  }
  if (all.z) all.new = [1 - all.z[0], fixed(1 - all.z[0], 3)];
  return all;
}
