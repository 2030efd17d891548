// One figure of the board: its name, the drawing, and the sentence about a cell that the reader chose.

const CONFIG = { displayModeBar: false, responsive: false, doubleClick: false, showTips: false, scrollZoom: false };
const MOST_LETTERS = 24; // of a token within a sentence
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const FARTHEST = 20; // of the eye, in a figure in space
const TURN = Math.PI / 18; // by an arrow key
const STEEPEST = 1.5; // radians over the ground: at a right angle Plotly loses which way is up

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

/** A place on a figure as the link has it: [19, 0] as "19,0"; none as "". */
function placeText(place) {
  return (place ?? []).join(",");
}

/** A camera of Plotly's as six numbers that fit into a link: where the eye is, and at what it looks. */
function cameraPlace({ eye, center }) {
  const short = (value) => Math.max(-FARTHEST, Math.min(FARTHEST, Math.round(1000 * value) / 1000)) + 0;
  return [eye, center].flatMap(({ x, y, z }) => [x, y, z].map(short));
}

/** The camera that such numbers stand for. */
function cameraAt([x, y, z, ...[a, b, c]]) {
  return { eye: { x, y, z }, center: { x: a, y: b, z: c } };
}

/** A camera turned around what it looks at: by radians to the left, and upwards. */
function turnedCamera({ eye, center }, left, up) {
  const [x, y, z] = [eye.x - center.x, eye.y - center.y, eye.z - center.z];
  const far = Math.hypot(x, y, z);
  const around = Math.atan2(y, x) + left;
  const over = Math.max(-STEEPEST, Math.min(STEEPEST, Math.asin(z / far) + up));
  const flat = far * Math.cos(over);
  const turned = { x: flat * Math.cos(around), y: flat * Math.sin(around), z: far * Math.sin(over) };
  return { eye: { x: center.x + turned.x, y: center.y + turned.y, z: center.z + turned.z }, center };
}

class Card {
  /** `set(name, value)` is told what the reader has set on the figure. */
  constructor(set) {
    this.set = set;
    this.root = newElement(null, "figure", "rv-card");
    this.name = newElement(this.root, "figcaption", "rv-card-name");
    this.holder = newElement(this.root, "div", "rv-drawing");
    this.table = withTable(this.holder, this.root);
    this.holder.onkeydown = (event) => this.key(event);
    this.holder.onclick = (event) => this.click(event);
    this.below = newElement(this.root, "div", "rv-told");
    this.room = newElement(this.below, "p"); // the longest sentence, unseen: nothing jumps when one is said
    this.room.setAttribute("aria-hidden", "true");
    this.told = newElement(this.below, "p");
    this.told.setAttribute("aria-live", "polite");
    this.spot = null; // the chosen [row, column], as the link has it
    this.camera = null; // the reader's own, of a figure in space
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
        return window.Plotly.react(holder, this.figure.data, this.layout(), CONFIG).then(() => this.listen());
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
    if (layout.scene) own.scene = { ...layout.scene, camera: this.camera ?? layout.scene.camera };
    return { ...layout, ...own, shapes: this.shapes() };
  }

  /** Hear of it when the reader turns a figure in space. */
  listen() {
    const { holder, figure } = this;
    if (!figure.layout.scene || holder.rvHeard) return;
    holder.rvHeard = true;
    holder.on("plotly_relayout", (changed) => changed["scene.camera"] && this.turned(changed["scene.camera"]));
  }

  turned(camera) {
    const place = cameraPlace(camera);
    if (placeText(place) === placeText(cameraPlace(this.camera ?? this.figure.layout.scene.camera))) return;
    this.camera = cameraAt(place);
    this.set("camera", place);
  }

  /** What the reader has set, here or on another figure of the board. `own`: here, so that it is to be heard. */
  goTo({ spot, camera }, own = false) {
    if (this.figure?.layout?.scene && !own) this.look(camera?.length ? cameraAt(camera) : null);
    if (!this.explain) return;
    this.told.setAttribute("aria-live", own ? "polite" : "off");
    this.spot = spot?.length ? spot : null;
    this.explainCell();
    const marked = placeText(this.cell);
    if (marked === this.marked || this.marking) return;
    this.marking = true; // of many marks one after the other only the last is drawn
    this.busy = this.busy
      .then(() => {
        Object.assign(this, { marking: false, marked: placeText(this.cell) });
        return this.drawn.text === this.text && window.Plotly.relayout(this.holder, { shapes: this.shapes() });
      })
      .catch((error) => this.fail(error));
  }

  /** The gradient's way back over this figure: a veil, and under the figure what each step did. */
  lead(network, way) {
    this.back ??= { veil: backVeil(this.root), lines: backLines(newElement(this.below, "div")) };
    this.steps = way.steps;
    this.back.lines.fill(network, way);
  }

  stand(t) {
    if (!this.back) return;
    this.back.veil.show(t, this.steps, this.figure.layout.margin);
    this.back.lines.show(t);
  }

  /** Looks from there; without a camera, as the figure was drawn. */
  look(camera) {
    if (JSON.stringify(camera) === JSON.stringify(this.camera)) return;
    this.camera = camera;
    const there = camera ?? this.figure.layout.scene.camera;
    this.busy = this.busy
      .then(() => this.drawn.text === this.text && window.Plotly.relayout(this.holder, { "scene.camera": there }))
      .catch((error) => this.fail(error));
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
    holder.rvHeard = false;
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

  /** The arrow keys move the mark, or turn a figure in space; Escape takes it back. */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const arrow = ARROWS[event.key];
    const { scene } = this.figure.layout;
    if ((!this.explain && !scene) || (!arrow && event.key !== "Escape")) return;
    event.preventDefault();
    if (scene) return this.turn(arrow);
    if (!arrow) return this.set("spot", []);
    const [rows, columns] = this.cells().shape;
    if (!this.cell) return this.choose(rows - 1, columns - 1);
    const { range = [0, 1], autorange } = this.figure.layout.yaxis ?? {};
    const down = range[0] > range[1] || autorange === "reversed" ? 1 : -1;
    const inside = (k, count) => Math.max(0, Math.min(k, count - 1));
    const [row, column] = this.cell;
    return this.choose(inside(row + down * arrow[0], rows), inside(column + arrow[1], columns));
  }

  /** Turns a figure in space; without an arrow, back to how it was drawn. */
  turn(arrow) {
    const { camera } = this.figure.layout.scene;
    if (arrow) {
      const place = cameraPlace(turnedCamera(this.camera ?? camera, -TURN * arrow[1], -TURN * arrow[0]));
      this.look(cameraAt(place));
      return this.set("camera", place);
    }
    this.look(null);
    return this.set("camera", []);
  }

  /** Marks a cell of the heatmap and says what it means. */
  choose(row, column) {
    this.set("spot", [row, column]);
  }

  /** The chosen cell, where this map has it. */
  get cell() {
    if (!this.spot || !this.explain) return null;
    const [rows, columns] = this.cells().shape;
    return this.spot[0] < rows && this.spot[1] < columns ? this.spot : null;
  }

  /** The sentence of the chosen cell; of none, how to choose one. */
  explainCell() {
    const { explain } = this;
    const columns = explain ? this.cells().shape[1] : 0;
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
