// One figure of the board: its name, the drawing, and the sentence about a cell that the reader chose.

const CONFIG = { displayModeBar: false, responsive: false, doubleClick: false, showTips: false, scrollZoom: false };
const MOST_LETTERS = 24; // of a token within a sentence
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** Two digits that count: 0.0043, 17, 3·10⁻⁷; as `number` in rnnviz/scenes/notices.py. */
function shortNumber(value) {
  if (Number.isNaN(value)) return "?";
  const size = Math.abs(value);
  const sign = value < 0 ? "−" : "";
  if (size === Infinity) return `${sign}∞`;
  if (size === 0 || (size >= 1e-3 && size < 1e4)) return sign + (size < 99.5 ? +size.toPrecision(2) : size.toFixed(0));
  const [digit, exponent] = size.toExponential(0).split("e");
  return `${sign}${digit}·10${raised(exponent)}`;
}

/** Where the columns (or rows) of a heatmap lie on their axis; names lie at 0, 1, 2, ... */
function cellPlaces(values, axis, count) {
  const at = values && axis?.type !== "category" ? decodeArray(values).values : [];
  return at.length === count && at.every(Number.isFinite) ? [...at] : Array.from({ length: count }, (_, k) => k);
}

/** The two ends of the k-th column on its axis. */
function cellEdges(places, k) {
  const half = places.length > 1 ? Math.abs(places[1] - places[0]) / 2 : 0.5;
  return [places[k] - half, places[k] + half];
}

/** The column at this share (0 to 1) of an axis. */
function cellAt(places, [from, to], share) {
  const at = from + share * (to - from);
  return places.reduce((best, place, k) => (Math.abs(place - at) < Math.abs(places[best] - at) ? k : best), 0);
}

class Card {
  constructor() {
    this.root = newElement(null, "figure", "rv-card");
    this.name = newElement(this.root, "figcaption", "rv-card-name");
    this.holder = newElement(this.root, "div", "rv-drawing");
    this.table = withTable(this.holder, this.root);
    this.holder.onkeydown = (event) => this.key(event);
    this.holder.onclick = (event) => this.click(event);
    const below = newElement(this.root, "div", "rv-told");
    this.room = newElement(below, "p"); // the longest sentence, unseen: nothing jumps when one is said
    this.room.setAttribute("aria-hidden", "true");
    this.told = newElement(below, "p");
    this.told.setAttribute("aria-live", "polite");
    this.cell = null; // [row, column]
    this.width = 0; // px that there are
    this.drawn = {}; // what stands in the holder: the figure as text, and its width
    this.busy = Promise.resolve();
  }

  /** Takes a figure; `draw` puts it on the screen. One that is equal to the last stays as it is. */
  show({ figure, name, label }, labels) {
    const text = JSON.stringify(figure ?? null); // before Plotly works on it
    this.labels = labels;
    if (text !== this.text) Object.assign(this, { text, figure, map: null });
    const { explain } = this;
    this.name.textContent = name;
    this.table.show(figure, label, labels.table);
    this.holder.style.height = `${figure?.layout?.height ?? 0}px`;
    this.holder.toggleAttribute("data-explain", Boolean(explain));
    const longest = (explain?.tokens ?? []).reduce((long, one) => (one.length > long.length ? one : long), "");
    const full = { later: this.word(longest), earlier: this.word(longest), value: "−3·10⁻¹⁰" };
    this.room.textContent = explain ? filledLabel(explain.template, full) : "";
    this.explainCell();
  }

  get explain() {
    return this.heatmap ? this.figure.layout.meta?.explain : undefined;
  }

  get heatmap() {
    return this.figure?.data?.find?.(({ type }) => type === "heatmap");
  }

  /** Whether the screen shows something else than it should. */
  get stale() {
    return this.width > 0 && (this.drawn.text !== this.text || this.drawn.width !== this.width);
  }

  draw() {
    const { holder, text, width } = this;
    this.drawn = { text, width }; // also where it fails: the same again would fail again
    this.busy = this.busy
      .then(() => {
        if (!holder.isConnected || this.drawn.text !== text || this.drawn.width !== width) return null;
        delete holder.dataset.failed;
        return window.Plotly.react(holder, this.figure.data, this.layout(), CONFIG);
      })
      .catch((error) => this.fail(error));
    return this.busy;
  }

  /** The figure's layout at this width, with the mark. What the reader turned or enlarged stays so. */
  layout() {
    const { layout } = this.figure;
    const own = { uirevision: layout.uirevision ?? "kept", autosize: false, width: this.drawn.width };
    // Plotly would measure whether each tick's label fits, an eighth of the time of a redraw.
    const axes = Object.keys(layout).filter((name) => /^[xy]axis\d*$/.test(name));
    for (const name of axes) own[name] = { ticklabeloverflow: "allow", ...layout[name] };
    return { ...layout, ...own, shapes: this.shapes() };
  }

  shapes() {
    const { layout } = this.figure;
    const own = layout.shapes ?? [];
    if (!this.cell) return own;
    const { x, y, xaxis, yaxis } = this.grid();
    const [[y0, y1], [x0, x1]] = [y, x].map((places, k) => cellEdges(places, this.cell[k]));
    const box = { type: "rect", layer: "above", xref: xaxis, yref: yaxis, x0, x1, y0, y1 };
    // Seen on every colour: ink with a rim of the ground.
    const lines = [{ color: layout.paper_bgcolor, width: 5 }, { color: layout.font?.color, width: 2 }];
    return [...own, ...lines.map((line) => ({ ...box, line }))];
  }

  fail(error) {
    console.warn(error);
    const { holder } = this;
    try {
      window.Plotly.purge(holder);
    } catch {
      // what is half built cannot always be taken down
    }
    holder.replaceChildren();
    holder.dataset.failed = this.labels.undrawn;
  }

  /** The heatmap's axes by name, and where its columns and rows lie on them. */
  grid() {
    const { x, y, xaxis = "x", yaxis = "y" } = this.heatmap;
    const { layout } = this.figure;
    const [rows, columns] = this.cells().shape;
    const places = (values, name, count) => cellPlaces(values, layout[name.replace(/^[xy]/, "$&axis")], count);
    return { xaxis, yaxis, x: places(x, xaxis, columns), y: places(y, yaxis, rows) };
  }

  /** Chooses the cell under the pointer. Not by Plotly's own event: there is none for a cell without a number. */
  click({ clientX, clientY }) {
    if (!this.explain) return;
    const { x, y, xaxis, yaxis } = this.grid();
    const area = this.holder.querySelector(`.${xaxis}${yaxis} .nsewdrag`)?.getBoundingClientRect();
    if (!area) return;
    const [across, down] = [(clientX - area.left) / area.width, (clientY - area.top) / area.height];
    if (Math.min(across, down) < 0 || Math.max(across, down) > 1) return;
    const range = (name) => this.holder.layout[name.replace(/^[xy]/, "$&axis")].range; // Plotly notes its own there
    this.choose(cellAt(y, range(yaxis), 1 - down), cellAt(x, range(xaxis), across));
  }

  /** The arrow keys move the mark, Escape takes it away. */
  key(event) {
    if (!this.explain || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const arrow = ARROWS[event.key];
    if (!arrow && event.key !== "Escape") return;
    event.preventDefault();
    if (!arrow) return this.choose(null);
    const [rows, columns] = this.cells().shape;
    if (!this.cell) return this.choose(rows - 1, columns - 1);
    const { range = [0, 1], autorange } = this.figure.layout.yaxis ?? {};
    const down = range[0] > range[1] || autorange === "reversed" ? 1 : -1;
    const inside = (k, count) => Math.max(0, Math.min(k, count - 1));
    const [row, column] = this.cell;
    return this.choose(inside(row + down * arrow[0], rows), inside(column + arrow[1], columns));
  }

  /** Marks a cell of the heatmap and says what it means; without a row, neither. */
  choose(row, column) {
    this.cell = row === null ? null : [row, column];
    this.explainCell();
    this.busy = this.busy
      .then(() => this.drawn.text === this.text && window.Plotly.relayout(this.holder, { shapes: this.shapes() }))
      .catch((error) => this.fail(error));
  }

  /** The sentence of the chosen cell; of none, how to choose one. */
  explainCell() {
    const { explain } = this;
    const [rows, columns] = this.cell && explain ? this.cells().shape : [0, 0];
    if (this.cell && (this.cell[0] >= rows || this.cell[1] >= columns)) this.cell = null;
    this.told.classList.toggle("rv-small", !this.cell);
    let said = explain ? this.labels.hint : "";
    if (this.cell) {
      const [row, column] = this.cell;
      const value = this.cells().values[row * columns + column];
      const empty = Number.isNaN(value) && explain.none;
      said = filledLabel(empty || explain.template, {
        later: this.word(explain.tokens[row]),
        earlier: this.word(explain.tokens[column]),
        later_step: row + 1,
        earlier_step: column + 1,
        steps: row - column,
        value: shortNumber(explain.log10 ? 10 ** value : value),
      });
    }
    if (said !== this.told.textContent) this.told.textContent = said; // a screen reader repeats what is set
  }

  cells() {
    return (this.map ??= decodeArray(this.heatmap.z));
  }

  word(token) {
    const letters = [...token];
    return letters.length > MOST_LETTERS ? `${letters.slice(0, MOST_LETTERS - 1).join("")}…` : token;
  }

  end() {
    window.Plotly?.purge(this.holder);
    this.root.remove();
  }
}
