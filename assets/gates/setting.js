// Settings as text for the link, and the unit's equations with a step's numbers put in.

const POINTS = 200; // a setting in the link is one of so many steps of its range, as two digits to the base of 36

/** Settings as text for the link: "lstm.count.5k5k00...". */
function settingsAsText(kind, challenge, settings) {
  const [low, high] = UNITS[kind].range;
  const digits = (value) => Math.round((POINTS * (value - low)) / (high - low)).toString(36).padStart(2, "0");
  return [kind, challenge, UNITS[kind].letters.flatMap((letter) => settings[letter].map(digits)).join("")].join(".");
}

/** The settings that a link holds for this unit and challenge; null if it holds none, or nonsense. */
function settingsOfText(kind, challenge, text) {
  const [ofKind, ofChallenge, digits = ""] = text.split(".");
  const { letters, range } = UNITS[kind];
  const count = slotCount(kind, challenge);
  const fits = ofKind === kind && ofChallenge === challenge && digits.length === 2 * count * letters.length;
  if (!fits || !/^[0-9a-z]*$/.test(digits)) return null;
  const found = digits.match(/../g).map((pair) => parseInt(pair, 36) / POINTS);
  if (Math.max(...found) > 1) return null;
  const values = found.map((share) => Number((range[0] + share * (range[1] - range[0])).toFixed(3)));
  return Object.fromEntries(letters.map((letter, k) => [letter, values.slice(k * count, (k + 1) * count)]));
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The unit's equations, and under each the same with a step's numbers put in. */
function putEquations(node, kind, place, { gates, x, g, n, c, h }, before) {
  const roles = { ...UNITS[kind].roles, g: "candidate", n: "candidate", c: "cell", h: "hidden", x: "ink" };
  const now = { ...gates, x, g, n, c, h };
  const isSymbol = (piece) => /^[a-z][ₜ₋₁]*$/.test(piece);
  const line = (equation) => {
    const [symbols, numbers] = ["symbols", "numbers"].map((name) => newElement(null, "p", `rv-gates-${name}`));
    const pieces = equation.split(" ");
    const coloured = (piece, text) => [text, isSymbol(piece) ? roles[piece[0]] : ""];
    putRuns(symbols, pieces.map((piece) => coloured(piece, piece)));
    const number = (piece) => two((piece.endsWith("₋₁") ? before : now)[piece[0]]);
    putRuns(numbers, pieces.map((piece) => coloured(piece, isSymbol(piece) ? number(piece) : piece)));
    return [symbols, numbers];
  };
  const equations = {
    lstm: ["cₜ = f · cₜ₋₁ + i · g", "hₜ = o · tanh( cₜ )"],
    gru: ["n = tanh( x + r · hₜ₋₁ )", "hₜ = (1 − z ) · n + z · hₜ₋₁"],
    rnn: ["hₜ = tanh( w · hₜ₋₁ + u · x )"],
  };
  node.replaceChildren(newElement(null, "p", "rv-small", place), ...equations[kind].flatMap(line));
}
