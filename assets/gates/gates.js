// Be the gate: one unit, its gates set by hand, and what it makes of a short sequence; all of it in the browser.
// Python hears of it only when the hand has rested, so that the link carries it.
// Streamlit calls the exported function again on every rerun, so all that lasts hangs on the root element.

const REST_MS = 600;
const WHOLE = ["open", "at", "steps", "deepest", "read"]; // numbers of a result that are counts

class Gates {
  constructor(root) {
    this.root = root;
    this.kept = {}; // settings by unit and challenge
    root.replaceChildren();
    this.title = newElement(root, "h3");
    this.how = newElement(root, "p", "rv-gates-how");
    const body = newElement(root, "div", "rv-gates-body");
    this.figure = newElement(body, "div", "rv-gates-figure");
    const side = newElement(body, "div", "rv-gates-side");
    this.equation = newElement(side, "div", "rv-gates-equation");
    this.notice = newElement(side, "p");
    this.buttons = newElement(side, "div", "rv-gates-buttons");
    this.result = newElement(side, "div", "rv-gates-result");
    this.result.setAttribute("aria-live", "polite");
    const button = (act) => {
      const made = newElement(this.buttons, "button");
      made.type = "button";
      made.onclick = act;
      return made;
    };
    this.check = button(() => this.test());
    this.another = button(() => this.read(CHALLENGES[this.challenge].make(Math.random)));
    this.over = button(() => this.set(startSettings(this.kind, this.challenge)));
    this.solution = button(() => this.set(structuredClone(SOLUTIONS[this.kind][this.challenge])));
    this.check.classList.add("rv-first");
  }

  /** New data from Python: another unit or challenge, language or theme, a link, or only a rerun. */
  show({ unit, challenge, drawn, labels, theme }) {
    this.theme = theme;
    this.root.dataset.theme = theme;
    const key = JSON.stringify([unit, challenge, labels]);
    const linked = drawn !== this.told && drawn !== this.linked ? settingsOfText(unit, challenge, drawn) : null;
    if (linked || drawn === this.told) this.linked = drawn; // what fits another challenge waits for it
    if (key === this.key && !linked) return;
    const moved = unit !== this.kind || challenge !== this.challenge;
    Object.assign(this, { key, labels, kind: unit, challenge });
    const name = `${unit}.${challenge}`;
    this.settings = linked ?? this.kept[name] ?? startSettings(unit, challenge);
    this.kept[name] = this.settings;
    this.told ??= this.text();
    // The link has one hand: that of the unit and challenge that were set last, and now that of those that are shown.
    if (moved && this.text() !== settingsAsText(unit, challenge, startSettings(unit, challenge))) this.waitForRest();
    this.build();
    if (moved) this.read(CHALLENGES[challenge].make(Math.random));
    else this.read(this.sequence, this.step);
  }

  /** The rows of this unit and challenge. */
  build() {
    const { kind, challenge, labels, figure } = this;
    const { letters, roles, range, memory } = UNITS[kind];
    const { kinds, range: span } = CHALLENGES[challenge];
    const at = (t) => this.look(t);
    const own = challenge === "count" || memory === "c" ? span : [-1.3, 1.3]; // h is never beyond 1
    figure.replaceChildren();
    figure.classList.toggle("rv-table", Boolean(kinds) && !UNITS[kind].fixed);
    this.heads = newElement(newElement(figure, "div", "rv-gates-row rv-gates-tokens"), "div", "rv-strip");
    this.rows = {};
    this.knobs = [];
    const row = (id, symbol, role, of, draws = null) => {
      const made = new Strip(figure, { symbol, role, range: of, draws, at });
      made.name.textContent = labels.rows[`${kind}_${id}`] ?? labels.rows[id];
      if (draws) made.strip.setAttribute("aria-label", labels.strip.replace("{name}", made.name.textContent));
      this.rows[id] = made;
    };
    const gate = (letter) => {
      const draws = (t, value) => this.put(letter, slotAt(kind, this.sequence, t), value);
      row(letter, letter, roles[letter], range, UNITS[kind].fixed ? null : draws);
      if (UNITS[kind].fixed) this.rows[letter].root.classList.add("rv-no-strip");
      const name = this.rows[letter].name.textContent;
      const knob = (slot, token, label) => {
        const heard = (value) => this.put(letter, slot, value);
        const step = range[0] < 0 ? 0.02 : 0.01;
        const showing = newKnob(this.rows[letter].knobs, token, label, range, step, heard);
        this.knobs.push(() => showing(slot === null ? mean(this.settings[letter]) : this.settings[letter][slot]));
      };
      if (UNITS[kind].fixed) knob(0, letter, name);
      else if (!kinds) knob(null, "", filledLabel(labels.all_steps, { name }));
      else kinds.forEach((token, k) => knob(k, labels.kinds[token], `${name} ${labels.kinds[token]}`));
    };
    row("x", kind === "lstm" ? "g" : "x", kind === "lstm" ? "candidate" : "ink", [-1, 1]);
    letters.filter((letter) => letter !== "o" && letter !== "z").forEach(gate);
    if (kind === "gru") {
      row("n", "n", "candidate", [-1, 1]);
      gate("z");
    }
    if (kind === "lstm") {
      row("c", "c", "cell", span);
      gate("o");
    }
    row("h", "h", "hidden", memory === "h" || challenge === "hold" ? own : [-1, 1]);
    for (const id of new Set([memory, "h"])) this.rows[id].root.classList.add("rv-tall");
    this.title.textContent = labels.challenges[challenge].title;
    putFilled(this.how, `${labels.challenges[challenge].text} ${labels[`how_${kind === "rnn" ? "rnn" : kinds ? "table" : "drawn"}`]}`);
    Object.entries({ check: this.check, another: this.another, over: this.over, solution: this.solution }).forEach(
      ([id, button]) => (button.textContent = filledLabel(labels[id], { count: FRESH })),
    );
    this.solution.hidden = true;
    this.result.replaceChildren();
  }

  /** Shows what the unit makes of a sequence. */
  read(sequence, step = sequence.values.length - 1) {
    this.sequence = sequence;
    const { tokens, values } = sequence;
    this.heads.style.setProperty("--rv-count", values.length);
    this.heads.replaceChildren(...values.map((_, t) => newElement(null, "i", "", tokens ? tokens[t] : String(t + 1))));
    if (!tokens) this.heads.children[HOLD_AT].classList.add("rv-asked");
    Object.values(this.rows).forEach((row) => row.columns(values.length));
    this.step = Math.min(step, values.length - 1);
    this.draw();
  }

  /** Sets one gate at one slot (all slots: null). */
  put(letter, slot, value) {
    const of = this.settings[letter];
    if (slot === null) of.fill(value);
    else of[slot] = value;
    this.forget();
    this.draw();
  }

  set(settings) {
    this.settings = this.kept[`${this.kind}.${this.challenge}`] = settings;
    this.forget();
    this.draw();
  }

  /** A result is about settings that are no longer there. */
  forget() {
    this.result.classList.add("rv-old");
    this.waitForRest();
  }

  draw() {
    const { kind, challenge, sequence, settings, rows } = this;
    const { letters, memory } = UNITS[kind];
    const run = (this.run = runUnit(kind, settings, sequence));
    rows.x.show(sequence.values);
    letters.forEach((letter) => rows[letter].show(run.map(({ gates }) => gates[letter])));
    rows.n?.show(run.map(({ n }) => n));
    const wanted = CHALLENGES[challenge].wanted(sequence, run, memory);
    const asked = challenge === "hold" ? "h" : memory;
    rows.c?.show(run.map(({ c }) => c), asked === "c" ? wanted : null);
    rows.h.show(run.map(({ h }) => h), asked === "h" ? wanted : null);
    this.knobs.forEach((show) => show());
    this.look(this.step);
    this.say();
  }

  /** Looks at one step: its numbers, and the equations with them put in. */
  look(t) {
    const { kind, run, labels, rows, sequence } = this;
    this.step = t;
    const token = sequence.tokens?.[t];
    const place = filledLabel(token ? labels.at_token : labels.at_step, { step: t + 1, token });
    Object.values(rows).forEach((row) => row.look(t, place));
    [...this.heads.children].forEach((head, k) => head.classList.toggle("rv-here", k === t));
    const before = t ? run[t - 1] : NOTHING;
    putEquations(this.equation, kind, place, run[t], before);
  }

  /** What the numbers say, in one sentence; it changes with the gates. */
  say() {
    const { kind, challenge, settings, sequence, run, labels } = this;
    const { memory } = UNITS[kind];
    const end = run[run.length - 1];
    const last = run.length - 1;
    const values = { state: end[memory], h: end.h, name: memory };
    let key = challenge;
    if (challenge === "hold") {
      values.third = turned(kind, settings, sequence, HOLD_AT);
      values.last = turned(kind, settings, sequence, last);
    } else if (challenge === "count") values.open = String(openBrackets(sequence)[last]);
    else {
      const stop = sequence.tokens.indexOf(".");
      Object.assign(values, { before: run[stop - 1][memory], state: run[stop][memory] });
    }
    if (kind === "rnn") {
      const [w, u] = [settings.w[0], settings.u[0]];
      values.start = Math.tanh(u);
      values.left = Array.from({ length: HOLD_STEPS }).reduce((h) => Math.tanh(w * h), values.start);
      Object.assign(values, { w, steps: String(HOLD_STEPS) });
      key = `rnn_${challenge}`;
    }
    putFilled(this.notice, labels.notice[key] ?? labels.notice[challenge], values);
  }

  /** The challenge, on fresh sequences; the one on which it went wrong is shown. */
  test() {
    const { kind, challenge, settings, labels, result } = this;
    const { passed, parts, sequences } = checkSettings(kind, challenge, settings);
    const wrong = parts.find(({ ok }) => !ok);
    if (wrong) this.read(sequences[wrong.sequence], wrong.step);
    result.classList.remove("rv-old");
    result.replaceChildren();
    const head = newElement(result, "p", "rv-gates-verdict");
    putFilled(head, labels[passed ? "passed" : "failed"], { count: String(FRESH) });
    for (const { ok, key, values, sequence, step } of parts) {
      const line = newElement(result, "p", `rv-gates-part rv-${ok ? "right" : "wrong"}`);
      newElement(line, "span", "rv-gates-mark", ok ? "✓" : "✗");
      const words = newElement(line, "span");
      const put = { ...values, count: String(FRESH), sequence: String((sequence ?? 0) + 1), step: String((step ?? 0) + 1) };
      for (const name of WHOLE) if (name in put) put[name] = String(put[name]);
      if (!ok) {
        const where = newElement(words, "button", "rv-where", filledLabel(labels.where, put));
        where.type = "button";
        where.onclick = () => this.read(sequences[sequence], step);
      }
      putFilled(newElement(words, "span"), ` ${labels.checked[key]}`, { ...put, name: UNITS[kind].memory });
    }
    const missing = passed ? labels.praise[`${kind}_${challenge}`] : labels.missing[`${kind}_${challenge}`];
    if (missing) putFilled(newElement(result, "p"), missing);
    this.solution.hidden = passed || !SOLUTIONS[kind]?.[challenge];
    this.root.dataset.checked = passed ? "passed" : "failed";
  }

  text() {
    return settingsAsText(this.kind, this.challenge, this.settings);
  }

  /** Tell Python what is set, once that has not changed for a while. The link is written here, as the stepper does. */
  waitForRest() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      const text = this.text();
      if (text === this.told) return;
      this.told = text;
      const url = new URL(window.location.href);
      url.searchParams.set("drawn", text);
      history.replaceState(history.state, "", url);
      this.tell("drawn", text);
    }, REST_MS);
  }

  /** The page's own look decides; a payload for the other one is asked for again. */
  checkTheme() {
    const look = lookOfPage(this.root);
    if (look === this.theme) this.asked = undefined;
    else if (look !== this.asked) {
      this.asked = look;
      this.tell("theme", look);
    }
  }

  end() {
    clearTimeout(this.resting);
    this.root.replaceChildren();
  }
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".rv-gates");
  const gates = (root.rvGates ??= new Gates(root));
  gates.tell = setStateValue;
  gates.show(JSON.parse(new TextDecoder().decode(data)));
  gates.checkTheme();
  root.dataset.drawn = `${gates.kind}.${gates.challenge}`;
  const call = (root.rvCall = {});
  return () => {
    if (root.rvCall !== call) return; // a later call has taken over
    gates.end();
    delete root.rvGates;
  };
}
