// A row of the figure: its name, its sliders, and one column for each step. A strip is drawn by hand or by keys.

const KEY_STEPS = { ArrowUp: 0.05, ArrowDown: -0.05, PageUp: 0.25, PageDown: -0.25 };
const KEY_MOVES = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
const SNAP = 0.04; // so near to shut or open is meant as such

/** Two decimals, with a minus sign that is as wide as a plus. */
function two(value) {
  const text = value.toFixed(2);
  return (text === "-0.00" ? "0.00" : text).replace("-", "−");
}

/** A label whose parts between asterisks are strong, with its {values} filled in afterwards. */
function putFilled(node, template, values = {}) {
  const shown = Object.fromEntries(Object.entries(values).map(([k, v]) => [k, typeof v === "number" ? two(v) : v]));
  putRuns(node, template.split("*").map((piece, k) => [filledLabel(piece, shown), k % 2 ? "strong" : ""]));
}

class Strip {
  /** `draws`: null, or what hears of a hand that sets step t to a value between 0 and 1; `at`: of a step looked at. */
  constructor(parent, { symbol, role, range, draws, at }) {
    Object.assign(this, { range, draws, at, bars: [] });
    this.root = newElement(parent, "div", "rv-gates-row");
    this.root.dataset.of = symbol;
    this.root.style.setProperty("--rv-own", `var(--rv-${role})`);
    const head = newElement(this.root, "div", "rv-gates-head");
    const name = newElement(head, "p", "rv-gates-name");
    newElement(name, "span", `rv-say rv-say-${role} rv-gates-symbol`, symbol);
    this.name = newElement(name, "span");
    this.value = newElement(name, "span", "rv-gates-value");
    this.knobs = newElement(head, "div", "rv-gates-knobs");
    this.strip = newElement(this.root, "div", "rv-strip");
    if (draws) this.makeDrawable();
    else this.strip.setAttribute("aria-hidden", "true");
    this.strip.onpointermove = (event) => this.move(event);
  }

  makeDrawable() {
    const { strip } = this;
    strip.classList.add("rv-drawable");
    strip.tabIndex = 0;
    strip.setAttribute("role", "slider");
    strip.setAttribute("aria-valuemin", 0);
    strip.setAttribute("aria-valuemax", 1);
    strip.onkeydown = (event) => this.key(event);
    strip.onpointerdown = (event) => {
      if (event.button) return;
      strip.setPointerCapture(event.pointerId);
      this.last = null;
      this.drawing = true;
      this.move(event);
    };
    strip.onpointerup = strip.onpointercancel = () => (this.drawing = false);
  }

  /** Columns for another number of steps. */
  columns(count, tokens) {
    this.strip.style.setProperty("--rv-count", count);
    this.cells = Array.from({ length: count }, () => newElement(null, "i"));
    this.bars = this.cells.map((cell) => newElement(cell, "b"));
    this.marks = this.cells.map((cell) => newElement(cell, "u"));
    this.strip.replaceChildren(...this.cells);
    this.tokens = tokens;
  }

  /** Where a value stands, in percent from the top; what is beyond the range stands at its end. */
  height(value) {
    const [low, high] = this.range;
    return (100 * (high - Math.max(low, Math.min(value, high)))) / (high - low);
  }

  show(values, wanted = null) {
    const zero = this.height(0);
    this.strip.style.setProperty("--rv-zero", `${zero}%`);
    values.forEach((value, t) => {
      const at = this.height(value);
      const { style } = this.bars[t];
      style.top = `${Math.min(at, zero)}%`;
      style.height = `${Math.abs(at - zero)}%`;
      this.cells[t].classList.toggle("rv-beyond", value > this.range[1] || value < this.range[0]);
      this.marks[t].style.top = wanted ? `${this.height(wanted[t])}%` : "";
      this.marks[t].hidden = !wanted;
    });
    this.values = values;
  }

  /** Marks a step in this row. */
  look(t, place) {
    if (this.seen !== undefined) this.cells[this.seen]?.classList.remove("rv-here");
    this.seen = t;
    this.cells[t].classList.add("rv-here");
    this.value.textContent = two(this.values[t]);
    if (!this.draws) return;
    this.strip.setAttribute("aria-valuenow", this.values[t].toFixed(2));
    this.strip.setAttribute("aria-valuetext", `${place}: ${two(this.values[t])}`);
  }

  move({ clientX, clientY }) {
    const { left, top, width, height } = this.strip.getBoundingClientRect();
    const { length } = this.cells;
    const t = Math.max(0, Math.min(Math.floor((length * (clientX - left)) / width), length - 1));
    if (this.drawing) {
      let value = Math.max(0, Math.min(1 - (clientY - top) / height, 1));
      value = value < SNAP ? 0 : value > 1 - SNAP ? 1 : Math.round(100 * value) / 100;
      const from = this.last ?? { t, value };
      const steps = Math.abs(t - from.t); // a quick hand leaves out columns
      for (let k = steps ? 1 : 0; k <= steps; k += 1) {
        const share = steps ? k / steps : 1;
        this.draws(from.t + Math.sign(t - from.t) * k, from.value + share * (value - from.value));
      }
      this.last = { t, value };
    }
    this.at(t);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = this.cells.length - 1;
    const t = this.seen ?? 0;
    if (event.key in KEY_MOVES) this.at(Math.max(0, Math.min(t + KEY_MOVES[event.key], last)));
    else if (event.key in KEY_STEPS) {
      this.draws(t, Math.max(0, Math.min(Math.round(100 * (this.values[t] + KEY_STEPS[event.key])) / 100, 1)));
      this.at(t);
    } else if (event.key === "0" || event.key === "1") {
      this.draws(t, Number(event.key));
      this.at(t);
    } else return;
    event.preventDefault();
  }
}

/** A slider with a name; `heard` is given its number. */
function newKnob(parent, name, label, [low, high], step, heard) {
  const root = newElement(parent, "label", "rv-knob");
  if (name) newElement(root, "span", "rv-knob-name", name);
  const input = newElement(root, "input");
  Object.assign(input, { type: "range", min: low, max: high, step });
  input.setAttribute("aria-label", label);
  const shown = newElement(root, "span", "rv-gates-value");
  shown.hidden = !name;
  input.oninput = () => heard(Number(input.value));
  return (value) => {
    if (Number(input.value) !== value) input.value = value;
    input.style.setProperty("--rv-share", `${(100 * (value - low)) / (high - low)}%`);
    shown.textContent = two(value);
  };
}
