// The way back, step by step: what each step did to the gradient, factor by factor, and what is left of it. The numbers
// are those of rnnviz/recurrence/wayback.py; the stepper and the board show them. What is pure stands first.

const MOST_DIGITS = 7;
const BACK_MS = [120, 800]; // of a step, at least and at most
const BACK_ALL_MS = 16000; // a long way is played faster
const GATE_ROLES = { f: "forget", z: "update" };
const IN_C = ["past_f", "both_c"]; // what ends in an LSTM's cell state

/** A number by digits that count: 0.0432, 17.5, 3.12·10⁻⁷. */
function countedDigits(value, digits = 3) {
  if (Number.isNaN(value)) return "?";
  const [size, sign] = [Math.abs(value), value < 0 ? "−" : ""];
  if (size === Infinity) return `${sign}∞`;
  if (size === 0) return "0";
  if (size >= 1e-3 && size < 1e4) {
    const text = size.toPrecision(digits);
    return sign + (text.includes("e") ? String(Number(text)) : text);
  }
  const [mantissa, exponent] = size.toExponential(digits - 1).split("e");
  return `${sign}${mantissa}·10${raised(exponent)}`;
}

/**
 * before × factors = after, with as few digits (3 to 7) as it takes that what is shown multiplies to what is shown.
 *
 * factors: {name: number}. Returns the texts {before, after, and one of each factor}.
 */
function multiplied(before, factors, after) {
  const names = Object.keys(factors);
  const wanted = countedDigits(after);
  for (let digits = 3; ; digits++) {
    const rounded = (value) => Number(value.toPrecision(digits));
    const product = names.reduce((so, name) => so * rounded(factors[name]), rounded(before));
    if (digits < MOST_DIGITS && countedDigits(product) !== wanted) continue;
    const shown = Object.fromEntries(names.map((name) => [name, countedDigits(factors[name], digits)]));
    return { before: countedDigits(before, digits), after: wanted, ...shown };
  }
}

/**
 * What the step from t + 1 back to t did: [[label, values]], the labels as in `wayback` of the locale files.
 *
 * network: {keeper: the gate's letter or "", records: arrays by name, decoded}; every: whether each step has a loss of its own.
 */
function backEquations({ keeper, records }, t, every) {
  const last = records.h.values.length - 1;
  const at = (name) => records[name].values[t];
  const h = countedDigits(at("h"));
  if (t === last) return [records.c ? ["start_c", { h, c: countedDigits(at("c")) }] : ["start", { h }]];
  const [sent, sloped, weighed] = ["sent", "sloped", "weighed"].map(at);
  const through = multiplied(sent, { slopes: sloped / sent, weights: weighed / sloped }, weighed);
  const found = [];
  if (records.kept) {
    const [held, kept] = ["held", "kept"].map(at);
    const into = records.c ? "c" : "h"; // where both ways end
    found.push([`past_${keeper}`, multiplied(held, { gate: kept / held }, kept)]);
    found.push([`through_${into}`, through]);
    const all = records.c ? at("c") : at("arrived");
    found.push([`both_${into}`, { after: countedDigits(all), times: countedDigits(all / held) }]);
  } else found.push(["through", through]);
  if (every) found.push(["own", { after: h }]);
  else found.push(["left", { share: countedDigits(at("h") / records.h.values[last]) }]);
  return found;
}

/** Where a press leads on the way back from step t; null: nobody has set out yet. */
function backTo(name, t, last) {
  if (t === null) return name === "first" ? 0 : last;
  return { first: 0, back: Math.max(0, t - 1), forward: Math.min(last, t + 1), last }[name];
}

/** What is left at step t of a unit's gradient past all weights: the gate at t + 1, and the product to the end. */
function directWay({ shape: [steps, units], values }, unit, t) {
  let product = 1;
  for (let s = t + 1; s < steps; s++) product *= values[s * units + unit];
  return { gate: t + 1 < steps ? values[(t + 1) * units + unit] : NaN, product };
}

/** A label as runs, its values put in: "{gate}" in the style that `styles` has for it. */
function filledRuns(label, values, styles = {}) {
  return label
    .split(/\{(\w+)\}/)
    .map((text, k) => (k % 2 ? [values[text] ?? text, styles[text] ?? ""] : [text, ""]))
    .filter(([text]) => text);
}

/** The lines of one network. As many lines of the longest numbers lie invisibly beneath, so that nothing jumps. */
function backLines(root) {
  root.classList.add("rv-back-lines");
  const room = newElement(root, "div", "rv-room");
  room.setAttribute("aria-hidden", "true");
  const shown = newElement(root, "div");
  let network, way, longest;
  const put = (node, lines) => {
    while (node.children.length > lines.length) node.lastChild.remove();
    lines.forEach((runs, k) => putRuns(node.children[k] ?? newElement(node, "p"), runs));
  };
  const cut = (token) => ([...token].length > 24 ? `${[...token].slice(0, 23).join("")}…` : token);
  const place = (t) => (way.tokens ? cut(way.tokens[t]) : t + 1);
  const styled = (key) => ({ gate: GATE_ROLES[network.keeper], after: IN_C.includes(key) ? "cell" : "gradient", h: "gradient", c: "cell" });
  const head = (later, earlier) => filledRuns(way.labels[way.tokens ? "from_word" : "from_step"], { later, earlier });
  const lines = (t, replaced) => {
    const last = t === way.steps - 1;
    const found = backEquations(network, t, way.every).map(([key, values]) => {
      const put = replaced ? Object.fromEntries(Object.keys(values).map((name) => [name, replaced])) : values;
      return filledRuns(way.labels[key] ?? way.labels.past, put, styled(key));
    });
    return last ? found : [head(place(t + 1), place(t)), ...found];
  };
  return {
    /** `of`: {keeper, records} as they were sent; `all`: {labels, tokens (or null), steps, every}. */
    fill(of, all) {
      [network, way] = [{ ...of, records: decodedRecords(of.records) }, all];
      const word = (way.tokens ?? []).map(cut).reduce((long, one) => (one.length > long.length ? one : long), "");
      longest = way.steps > 1 ? lines(0, "8.88·10⁻¹²") : [];
      if (longest.length) longest[0] = head(word || way.steps, word || way.steps);
    },
    /** `more`: lines of the page's own. Without a step nothing is shown. */
    show(t, more = []) {
      root.hidden = t === null;
      if (t === null) return;
      put(room, [...longest, ...more]);
      put(shown, [...lines(t), ...more]);
    },
    get said() {
      return [...shown.children].map(({ textContent }) => textContent).join(" ");
    },
  };
}

function decodedRecords(block) {
  return Object.fromEntries(Object.entries(block).map(([name, values]) => [name, decodeArray(values)]));
}

/** The button that turns the stepper's way round. */
function wayButton(bar, labels, turn) {
  const button = newElement(bar, "button", "rv-way", labels.toggle);
  button.type = "button";
  button.title = labels.toggle_help;
  button.onclick = turn;
  return button;
}

/** On a figure over the steps: a veil where the gradient has not been yet, and a mark where it is. */
function backVeil(root) {
  const over = newElement(root, "div", "rv-back-over");
  over.setAttribute("aria-hidden", "true");
  const inside = newElement(over, "div");
  const veil = newElement(inside, "div", "rv-back-veil");
  const mark = newElement(inside, "div", "rv-back-mark");
  return {
    show(t, steps, { l, r, t: top, b }) {
      over.hidden = t === null;
      inside.style.inset = `${top}px ${r}px ${b}px ${l}px`;
      veil.style.width = `${(100 * t) / steps}%`;
      mark.style.left = `${(100 * (t + 0.5)) / steps}%`;
    },
  };
}

/** The buttons and keys that lead a section of the board along the way back. */
class BackWalk {
  /** `moved(t)` is told each place, null for none; `rested()` when playing has ended. */
  constructor(root, moved, rested) {
    Object.assign(this, { moved, rested, t: null, playing: null });
    this.root = newElement(root, "div", "rv-back");
    this.bar = newElement(this.root, "div");
    this.hint = newElement(this.root, "p", "rv-small");
    this.said = newElement(this.root, "p", "rv-only-heard");
    this.said.setAttribute("role", "status");
  }

  /** `way`: {labels, steps, …}. What it leads through may have changed. */
  fill({ labels, steps }) {
    this.stop();
    const words = JSON.stringify(labels);
    Object.assign(this, { labels, steps });
    if (words !== this.words) {
      this.words = words;
      this.bar.replaceChildren();
      this.buttons = transportView(this.bar, labels, (name) => this.act(name));
      this.hint.textContent = labels.hint;
    }
  }

  /** Stands at a step that the link names; of a shorter way at its last. */
  stand(t) {
    this.t = t === null ? null : Math.min(t, this.steps - 1);
    this.buttons.show(this.t, this.steps, this.playing !== null);
    return this.t;
  }

  act(name) {
    if (name === "play") return this.playing === null ? this.play() : this.stop();
    this.stop();
    return this.go(backTo(name, this.t, this.steps - 1));
  }

  go(t) {
    if (t !== this.t) this.moved(t);
  }

  play() {
    const pace = Math.max(BACK_MS[0], Math.min(BACK_MS[1], BACK_ALL_MS / this.steps));
    this.playing = setInterval(() => {
      if (this.t) this.go(this.t - 1);
      if (!this.t) this.stop();
    }, pace);
    this.go(this.t ? this.t : this.steps - 1); // from the first step, or from nowhere, it sets out anew
    this.stand(this.t);
  }

  stop() {
    if (this.playing === null) return;
    clearInterval(this.playing);
    this.playing = null;
    this.stand(this.t);
    this.rested();
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.defaultPrevented) return;
    const names = { ArrowLeft: "back", ArrowRight: "forward", Home: "first", End: "last", " ": "play", Escape: "none" };
    const name = names[event.key];
    if (!name || (name === "play" && event.target.closest("button"))) return;
    event.preventDefault();
    if (name !== "none") return this.act(name);
    this.stop();
    return this.go(null);
  }

  /** For those who do not see: what is left, once the place has not changed for a moment. */
  say(text) {
    clearTimeout(this.saying);
    this.saying = setTimeout(() => (this.said.textContent = text), 300);
  }

  end() {
    clearInterval(this.playing);
    clearTimeout(this.saying);
  }
}
