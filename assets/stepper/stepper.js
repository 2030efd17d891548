// The stepper: one sentence, two networks, one current step. It gets a sentence's records once and steps
// through them here in the browser; Python hears of it only when the step has rested.
// Streamlit calls the exported function again on every rerun, so all that lasts hangs on the root element.

const REST_MS = 500;
const PLAY_MS = 800;
const ENOUGH = 0.6; // of the height of "Ask it now": the room from which it may stand in the shorter column

class Stepper {
  constructor(root) {
    this.root = root;
    this.step = 0;
    this.chosen = null; // {network: 0 | 1, unit}
    this.second = null; // the unit beside it; null: the one on top of the other network
    this.back = false; // whether the reader follows the gradient back from the answer
    this.playing = null;
    this.onKey = (event) => this.key(event);
    this.build();
  }

  /** The parts that stay for as long as the component does. */
  build() {
    const { root } = this;
    root.replaceChildren();
    root.tabIndex = -1; // a click anywhere in the stepper puts the focus, and with it the keys, here
    this.status = newElement(root, "p", "rv-only-heard");
    this.status.setAttribute("role", "status");
    this.chipsRoot = newElement(root, "div", "rv-chips");
    this.band = newElement(root, "div", "rv-band");
    this.transportRoot = newElement(this.band, "div");
    const said = newElement(this.band, "div", "rv-said");
    this.guessRoot = newElement(said, "div", "rv-guess");
    this.noticeRoot = newElement(said, "div", "rv-notice");
    this.noticeRoot.setAttribute("aria-live", "polite");
    this.guesses = new Map(); // what was guessed of each sentence, and whether its answers are shown
    const more = newElement(root, "div", "rv-more");
    this.deeper = foldView(newElement(more, "details", "rv-deeper"));
    const offer = newElement(more, "details", "rv-offer");
    this.word = foldView(newElement(more, "details", "rv-vectors"), () => this.showWord());
    const swapRoot = newElement(root, "section", "rv-swap");
    this.swap = swapView(swapRoot, offer, (what) => this.tell("swap", what), (tap, k) => this.tap(tap, k));
    this.columnsRoot = newElement(root, "div", "rv-columns");
    this.columns = [0, 1].map((k) => {
      const column = newElement(this.columnsRoot, "section", "rv-column");
      const head = newElement(column, "header", "rv-head");
      const body = newElement(column, "div", "rv-body");
      const plot = plotView(newElement(body, "div"), (tap) => this.tap(tap, k));
      return { column, head, body, plot };
    });
    this.units = unitView(newElement(root, "section", "rv-units"), (...picked) => this.pick(...picked), (step) => this.tap({ step }));
    const tell = (held) => this.tell("held", { held, when: Date.now() }); // the same once more is another wish
    const eraseRoot = newElement(root, "section", "rv-erase");
    this.erase = eraseView(eraseRoot, tell, (...unit) => this.choose(...unit), (tap, k) => this.tap(tap, k));
    this.below = newElement(root, "div", "rv-below");
    this.askRoot = newElement(this.below, "section", "rv-ask");
    this.askTitle = newElement(this.askRoot, "h4");
    this.askPlot = plotView(newElement(this.askRoot, "div"), (tap) => this.tap({ step: tap.step }));
    this.askNote = newElement(this.askRoot, "p", "rv-small");
    const one = newElement(this.below, "section", "rv-one");
    this.cellRoot = newElement(one, "div", "rv-cell-view");
    document.addEventListener("keydown", this.onKey); // once per stepper; taken away in end()
  }

  /** New data from Python: a new sentence, other networks, another language or theme, or only a rerun. */
  show(payload) {
    const words = payload.labels;
    this.labels = { ...words, ...words.stepper };
    const { revision, theme, scale, place, guess, typed, way } = payload;
    const key = [revision, theme, scale, place, guess, typed, way, JSON.stringify(words)].join(" ");
    this.swap.fill(payload);
    if (key === this.key_) {
      this.payload = { ...this.payload, ...whatIsHeld(payload) };
      this.erase.fill(this.payload);
      this.erase.show(this.step, this.chosen);
      return this.swap.show(this.step);
    }
    const old = this.payload?.place === payload.place ? this.payload : null; // else the link says where to stand
    if (!old) Object.assign(this, { chosen: null, told: null, named: false });
    const { vectors, files } = payload;
    this.payload = { ...payload, networks: payload.networks.map((network) => withRecords(network, vectors, files)) };
    this.key_ = key;
    this.stop();
    this.steps = payload.tokens.length;
    const last = this.steps - 1;
    if (!old) [this.step, this.back] = [payload.step ?? 0, payload.back ?? false];
    else if (this.step === old.tokens.length - 1) this.step = last; // who stood at the end stays there
    else if (typed !== old.typed) this.step = 0; // another sentence begins at its beginning
    this.step = Math.max(0, Math.min(this.step, last));
    // Until the link names a unit, it is the one on top, of whichever network stands there.
    const named = this.named || payload.unit != null;
    this.chosen = this.existing(named && this.chosen ? this.chosen : { network: payload.network ?? 1, unit: payload.unit });
    this.erase.fill(this.payload);
    this.units.fill(this.payload, { ...words.unit, table: words.table });
    this.second = this.units.ifThere(old ? this.second : unitNamed(payload.against));
    // What the link says; where there is no such unit, it is told which one stands in its place.
    const linked = { step: this.step, unit: payload.unit ?? this.chosen.unit, against: payload.against, back: this.back };
    const { step, unit, against, back } = this.told ?? linked;
    this.told = named && this.told ? this.told : { ...this.rest(), step, unit: named ? unit : this.chosen.unit, against, back };

    const { root, labels } = this;
    root.dataset.theme = payload.theme;
    this.underHeader();
    this.chips = chipsView(this.chipsRoot, payload.tokens, labels, (step) => this.tapWord(step));
    this.transportRoot.replaceChildren();
    this.transport = transportView(this.transportRoot, labels, (name) => this.act(name));
    this.wayButton = wayButton(this.transport.bar, labels.wayback, () => this.turn(!this.back));
    this.wayButton.hidden = !way;
    this.notice = noticeView(this.noticeRoot, payload.notice);
    this.guess = guessView(this.guessRoot, payload.things, labels, (thing) => this.reveal(thing));
    this.deeper.fill(labels.deeper_title, payload.deeper);
    this.vectors = wordView(this.word.body, decodeArray(payload.vectors), payload, labels);
    this.heads = this.columns.map(({ head }, k) => headView(head, payload.networks[k], payload.tokens, labels));
    this.ways = this.columns.map(({ head }, k) => this.wayLines(head, payload.networks[k]));
    this.cell = cellView(this.cellRoot, words);
    this.arrange();
    this.showAsk();
    this.draw();
    this.choose(this.chosen.network, this.chosen.unit);
    this.render();
  }

  /** The wanted unit, or the one on top of the heatmaps where there is none of that number. */
  existing({ network, unit }) {
    const order = this.payload.networks[network].unit_rows.order;
    return { network, unit: order.includes(unit) ? unit : order[0] };
  }

  /** "Ask it now" fills the shorter column; where there is no room, it stands below both. */
  arrange() {
    const tall = this.payload.networks.map((network) => network.figure.layout.height);
    const shorter = tall[0] <= tall[1] ? 0 : 1;
    const fits = tall[1 - shorter] - tall[shorter] > ENOUGH * this.payload.ask.figure.layout.height;
    if (fits) this.columns[shorter].body.append(this.askRoot);
    else this.below.prepend(this.askRoot);
  }

  showAsk() {
    const { ask } = this.payload;
    const { labels } = this;
    this.askTitle.replaceChildren();
    const [before, after] = labels.ask.split("{answer}");
    if (ask.answer) this.askTitle.append(before, newElement(null, "strong", "", ask.answer), after);
    else this.askTitle.textContent = labels.ask_open;
    this.askNote.textContent = labels.ask_hollow;
  }

  async draw() {
    const { payload, labels } = this;
    const key = this.key_;
    try {
      await plotlyLoaded(payload.plotly);
    } catch {
      this.columns.forEach(({ body }) => (body.dataset.failed = labels.failed));
      return;
    }
    if (key !== this.key_ || !this.root.isConnected) return;
    this.columns.forEach(({ body }) => delete body.dataset.failed);
    const plots = payload.networks.map(({ figure, label }, k) =>
      this.columns[k].plot.draw(figure, payload.tokens, label, labels.table),
    );
    const asked = `${this.askTitle.textContent} ${payload.ask.label}`;
    plots.push(this.askPlot.draw(payload.ask.figure, payload.tokens, asked, labels.table));
    plots.push(this.choose(this.chosen.network, this.chosen.unit));
    this.render();
    await Promise.all(plots);
    this.root.dataset.drawn = payload.revision;
  }

  /** Everything that depends on the step, in one go: the next frame shows it whole. */
  render() {
    const { step, steps, back } = this;
    this.chips.show(step, back ? steps - 1 : step);
    this.transport.show(step, steps, this.playing !== null);
    this.wayButton.setAttribute("aria-pressed", back);
    this.root.toggleAttribute("data-back", back);
    this.notice.show(step);
    this.uncover(step === steps - 1);
    this.showWord();
    this.swap.show(step);
    this.heads.forEach((head) => head.show(step));
    this.columns.forEach(({ plot }) => plot.show(step, back));
    this.askPlot.show(step, back);
    this.units.step(step, back);
    this.showWay();
    this.erase.show(step, this.chosen);
    this.showCell();
    this.root.dataset.step = step;
    clearTimeout(this.saying);
    this.saying = setTimeout(() => {
      const { text } = this.payload.tokens[step];
      const told = back ? this.ways.map(({ said }, k) => `${this.payload.networks[k].name}: ${said}`) : [];
      const place = filledLabel(this.labels.announce, { step: step + 1, steps, word: text });
      this.status.textContent = [place, ...told].join(" ");
    }, 300);
  }

  /** The lines of a network's way back, under its head. */
  wayLines(head, { way }) {
    const lines = backLines(newElement(head, "div"));
    const tokens = this.payload.tokens.map(({ text }) => text);
    lines.fill(way, { labels: this.labels.wayback, tokens, steps: this.steps, every: false });
    return lines;
  }

  showWay() {
    this.ways.forEach((way, k) => way.show(this.back ? this.step : null, this.back ? this.wayOfUnit(k) : []));
  }

  /** Of the chosen unit alone: the gate on its way past all weights, and what is left there. */
  wayOfUnit(k) {
    const { network, unit } = this.chosen;
    const { way, cell } = this.payload.networks[k];
    if (k !== network || !GATE_ROLES[way.keeper]) return [];
    const { labels } = this;
    const { gate, product } = directWay(cell.records[way.keeper], unit, this.step);
    const label = this.step === this.steps - 1 ? labels.wayback.unit_start : labels.wayback[`unit_${way.keeper}`];
    const values = { unit, gate: countedDigits(gate), product: countedDigits(product) };
    return [filledRuns(label, values, { gate: GATE_ROLES[way.keeper], product: "gradient" })];
  }

  /** Follows the gradient back from the answer, or reads on. */
  turn(back) {
    this.stop();
    this.back = back;
    if (back) this.step = this.steps - 1;
    this.render();
    this.waitForRest();
  }

  /** The numbers of the current word, if they are looked at. */
  showWord() {
    const { text } = this.payload.tokens[this.step];
    this.word.name(filledLabel(this.labels.word_title, { word: text }));
    if (this.word.root.open) this.vectors.show(this.step);
  }

  /** A tap on a word goes there, offers others and shows it as a vector; one on the current word opens and closes that. */
  tapWord(step) {
    const closes = step === this.step && this.word.root.open;
    for (const { root, shut } of [this.swap.fold, this.word]) {
      if (step === this.step || !shut) root.open = !closes;
    }
    this.go(step);
  }

  /** The answers are covered until the reader has guessed or has come to the end. */
  uncover(ended) {
    const sentence = this.payload.tokens.map(({ text }) => text).join(" ");
    const guess = this.guesses.get(sentence) ?? { thing: null, shown: false };
    if (this.payload.guess) guess.shown ||= ended;
    this.guesses.set(sentence, guess);
    const covered = this.payload.guess && !guess.shown;
    this.root.toggleAttribute("data-covered", covered);
    for (const part of this.root.querySelectorAll(".rv-next, .rv-ask")) part.inert = covered;
    this.guess.show(this.payload.guess, guess);
  }

  reveal(thing) {
    const sentence = this.payload.tokens.map(({ text }) => text).join(" ");
    this.guesses.set(sentence, { thing, shown: true });
    this.render();
  }

  showCell() {
    const { network, unit } = this.chosen;
    const shown = this.payload.networks[network];
    if (haveWeights(shown, () => this.root.isConnected && this.showCell())) {
      this.cell.show(shown, unit, this.step, this.payload.tokens);
    }
  }

  go(step) {
    const target = Math.max(0, Math.min(step, this.steps - 1));
    if (target === this.step) return;
    this.step = target;
    this.render();
    this.waitForRest();
  }

  /** Looks at a unit. One of the other network than before leaves the one before beside it. */
  choose(network, unit) {
    const before = this.chosen;
    this.chosen = this.existing({ network, unit });
    if (before.network !== network) this.second = before;
    const drawn = this.units.show(this.chosen, this.second);
    this.erase.show(this.step, this.chosen);
    this.columns.forEach(({ plot }, k) => plot.mark(k === network ? this.chosen.unit : null));
    this.swap.mark(network, this.chosen.unit);
    this.showWay();
    this.showCell();
    this.waitForRest();
    return drawn;
  }

  /** A unit picked from a list: as the chosen one, or to stand beside it. */
  pick(place, one) {
    if (place === "second") this.second = one;
    this.choose(...Object.values(place === "second" ? this.chosen : one));
  }

  tap({ step, unit }, network) {
    this.stop();
    if (unit !== undefined) this.choose(network, unit);
    if (step !== undefined) this.go(step);
  }

  act(name) {
    if (name === "play") return this.playing === null ? this.play() : this.stop();
    this.stop();
    const target = { first: 0, back: this.step - 1, forward: this.step + 1, last: this.steps - 1 }[name];
    return this.go(target);
  }

  play() {
    const [by, begin, end] = this.back ? [-1, this.steps - 1, 0] : [1, 0, this.steps - 1];
    if (this.step === end) this.go(begin);
    this.playing = setInterval(() => {
      this.go(this.step + by);
      if (this.step === end) this.stop();
    }, PLAY_MS);
    this.render();
  }

  stop() {
    if (this.playing === null) return;
    clearInterval(this.playing);
    this.playing = null;
    this.transport.show(this.step, this.steps, false);
    this.waitForRest();
  }

  rest() {
    const { network, unit } = this.chosen;
    return { step: this.step, network, unit, against: this.second ? nameOfUnit(this.second) : "", back: this.back };
  }

  /** Tell Python where the reader is, once that has not changed for a while. */
  waitForRest() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      const rest = this.rest();
      const same = ["step", "network", "unit", "against", "back"].every((name) => rest[name] === this.told[name]);
      if (same || this.playing !== null) return;
      this.told = rest;
      this.named = true;
      this.link(rest);
      this.tell("rest", rest);
    }, REST_MS);
  }

  /** Write the place into the link here, as rnnviz/ui/state.py would: Streamlit would add a page to the browser's
   *  history for every rest, and Back would have to be pressed as often as the reader stopped to look. */
  link({ step, network, unit, against, back }) {
    const url = new URL(window.location.href);
    const usual = { step: 0, unit: -1, side: 1, against: "", back: false };
    for (const [name, value] of Object.entries({ step, unit, side: network, against, back })) {
      if (value === usual[name]) url.searchParams.delete(name);
      else url.searchParams.set(name, name === "side" ? "left" : value);
    }
    history.replaceState(history.state, "", url);
  }

  /** Keys count in the stepper and where nothing is focused, never in a field, list or slider. */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.defaultPrevented) return;
    const target = event.target;
    if (!(target instanceof Element) || !(this.root.contains(target) || target.contains(this.root))) return;
    if (target.closest("input, textarea, select, [contenteditable], [role=slider]")) return;
    const name = { ArrowLeft: "back", ArrowRight: "forward", Home: "first", End: "last", " ": "play" }[event.key];
    if (!name || (name === "play" && target.closest("button:not(.rv-chip), a, summary"))) return;
    event.preventDefault();
    this.act(name);
  }

  /** The page's own look decides; a payload for the other one is asked for again. */
  checkTheme() {
    const theme = lookOfPage(this.root);
    if (theme !== this.payload.theme && theme !== this.asked) {
      this.asked = theme;
      this.tell("theme", theme);
    } else if (theme === this.payload.theme) this.asked = undefined;
  }

  /** What stays in view while the page scrolls stands under Streamlit's top bar, however high that is. */
  underHeader() {
    const header = document.querySelector("[data-testid=stHeader]");
    if (header) this.root.style.setProperty("--rv-top", `${header.getBoundingClientRect().bottom}px`);
  }

  end() {
    document.removeEventListener("keydown", this.onKey);
    clearInterval(this.playing);
    clearTimeout(this.resting);
    clearTimeout(this.saying);
    this.swap.end();
    [...this.columns.map(({ plot }) => plot), this.askPlot, ...this.units.plots, ...this.erase.plots].forEach((plot) => plot.end());
    this.root.replaceChildren();
  }
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".rv-stepper");
  const stepper = (root.rvStepper ??= new Stepper(root));
  stepper.tell = setStateValue;
  stepper.show(JSON.parse(new TextDecoder().decode(data)));
  stepper.checkTheme();
  const call = (root.rvCall = {});
  return () => {
    if (root.rvCall !== call) return; // a later call has taken over
    stepper.end();
    delete root.rvStepper;
  };
}
