// Erase: what if a unit's state, or a gate of it, were held at a value from this word on? Python reads on once; what
// comes of it is stepped through here, like all else.

const HELD_AT = ["0", "1", "mean"];

/** A hold as the link has it (rnnviz/scenes/erase.py): "4.right.c.12.0". */
function nameOfHold({ step, network, letter, unit, to }) {
  return [step, network ? "right" : "left", letter, unit, to].join(".");
}

/** What of a unit is offered to be held: what was picked before, if this cell has it; else where the unit remembers. */
function letterToHold({ parts, roles }, picked) {
  return picked in roles ? picked : parts.at(-1);
}

/** What of a payload is about a hold: all that changes with one. */
function whatIsHeld({ erased, holds, lost }) {
  return { erased, holds, lost };
}

/** `tell(text)` asks Python for a hold, "" for none; `choose(network, unit)`: a unit of a list; `tap(tap, network)`. */
function eraseView(root, tell, choose, tap) {
  const ask = newElement(root, "p", "rv-hold");
  ask.setAttribute("role", "group");
  const what = newElement(null, "select");
  const values = newElement(null, "span", "rv-hold-values");
  const buttons = HELD_AT.map((to) => {
    const button = newElement(values, "button", "rv-thing");
    button.type = "button";
    button.onclick = () => tell(nameOfHold({ ...at, to }));
    return button;
  });
  const free = newElement(null, "button", "rv-thing");
  free.type = "button";
  free.onclick = () => tell("");
  const gone = newElement(root, "p", "rv-small");
  gone.setAttribute("role", "status");
  const result = newElement(root, "div", "rv-erased");
  const told = newElement(result, "div", "rv-erased-words");
  const title = newElement(told, "h4");
  title.setAttribute("aria-live", "polite");
  const [said, shares, lists, agree, terms] = ["p", "table", "div", "p", "p"].map((name) => newElement(told, name));
  lists.className = "rv-lists";
  terms.className = "rv-small";
  const drawing = newElement(result, "div", "rv-erased-figure");
  const plot = plotView(newElement(drawing, "div"), (one) => tap(one, payload.erased.network));
  let payload = null, labels = null, words = null, key = "", at = {}, picked = "", chosen = null;
  what.onchange = () => {
    picked = what.value;
    view.ask();
  };

  /** The answers at the end as a table: each thing's probability as it is, and now. */
  const showShares = (things) => {
    const row = (parent, name, ...texts) => {
      const line = newElement(parent, "tr");
      return texts.map((text) => newElement(line, name, "", text));
    };
    shares.replaceChildren();
    row(newElement(shares, "thead"), "th", words.asked, words.before, words.after).forEach((one) => (one.scope = "col"));
    const body = newElement(shares, "tbody");
    for (const [thing, before, after] of things) {
      const [name] = row(body, "td", thing, percentOf(before), percentOf(after));
      name.setAttribute("role", "rowheader");
    }
  };

  /** Each list of units; one that stands in the first list too is bold in the others. */
  const showLists = ({ lists: all, network }) => {
    const first = all[0].units.map(([unit]) => unit);
    lists.replaceChildren(
      ...all.map(({ name, units }, k) => {
        const part = newElement(null, "div");
        putRuns(newElement(part, "p"), name);
        const list = newElement(part, "ol");
        for (const [unit, text] of units) {
          const item = newElement(list, "li");
          const button = newElement(item, "button", k && first.includes(unit) ? "rv-shared" : "", filledLabel(words.unit, { unit }));
          button.type = "button";
          button.onclick = () => choose(network, unit);
          newElement(item, "span", "", text);
        }
        return part;
      }),
    );
  };

  const draw = async () => {
    const mine = key;
    try {
      await plotlyLoaded(payload.plotly);
    } catch {
      return; // the stepper says so
    }
    if (mine !== key || !root.isConnected || !payload.erased) return;
    const { figure, records, label, revision } = payload.erased;
    const drawn = plot.draw(withValues(figure, decodedAll(records)), payload.tokens, label, labels.table);
    view.mark();
    plot.show(at.step);
    await drawn;
    if (mine === key) root.dataset.drawn = revision;
  };

  const view = {
    plots: [plot],
    /** New data; the result is drawn anew only where it is another. */
    fill(fresh) {
      payload = fresh;
      labels = { ...fresh.labels, ...fresh.labels.stepper };
      words = labels.erase;
      const { erased, holds, lost } = fresh;
      ask.hidden = !holds;
      gone.hidden = !lost;
      gone.textContent = words.gone;
      buttons.forEach((button, k) => (button.textContent = HELD_AT[k] === "mean" ? words.mean : HELD_AT[k]));
      free.textContent = words.free;
      free.hidden = !erased;
      const now = [erased?.revision, fresh.scale, fresh.plotly].join(" ");
      if (now === key) return;
      key = now;
      delete root.dataset.drawn;
      result.hidden = !erased;
      if (!erased) return;
      drawing.style.order = erased.network ? 2 : 0; // under its network's column
      putRuns(title, erased.title);
      putRuns(said, erased.said);
      putRuns(agree, erased.agree);
      putRuns(terms, erased.terms);
      showShares(erased.things);
      showLists(erased);
      draw();
    },
    /** Where the reader stands, and at which unit they look: what would be held. */
    show(step, unit) {
      chosen = unit;
      plot.show(step);
      at = { ...unit, step };
      view.ask();
      view.mark();
    },
    /** The question, with its controls where the sentence wants them. */
    ask() {
      const { name, cell } = payload.networks[at.network];
      at.letter = letterToHold(cell, picked);
      const role = (letter) => labels[`${cell.roles[letter]}_state`] ?? labels[cell.roles[letter]];
      what.replaceChildren(...Object.keys(cell.roles).map((letter) => new Option(`${letter} · ${role(letter)}`, letter)));
      what.value = at.letter;
      const text = payload.tokens[at.step].text;
      const filled = { word: text.length > 24 ? text.slice(0, 23) + "…" : text, unit: at.unit, name };
      const places = { "{what}": what, "{values}": values };
      const pieces = words.offer.split(/(\{what\}|\{values\})/).map((piece) => places[piece] ?? filledLabel(piece, filled));
      const focused = ask.contains(document.activeElement) ? document.activeElement : null;
      ask.replaceChildren(...pieces, free);
      focused?.focus({ preventScroll: true });
      what.setAttribute("aria-label", words.what);
      buttons.forEach((button, k) => {
        button.setAttribute("aria-pressed", payload.erased?.held === nameOfHold({ ...at, to: HELD_AT[k] }));
        button.setAttribute("aria-label", filledLabel(words.hold, { letter: at.letter, unit: at.unit, value: button.textContent }));
      });
    },
    mark() {
      if (payload?.erased) plot.mark(chosen?.network === payload.erased.network ? chosen.unit : null);
    },
  };
  return view;
}
