// The swap: what a word could have been, and what another one in its place makes of both networks. Python reads the
// other sentence once; from then on it is stepped through here, like all else.

/** `home`: where the result stands; `place`: where the words are offered. `tell(what)` asks Python for another swap,
 *  `tap(tap, network)` is a tap on one of the figures. */
function swapView(home, place, tell, tap) {
  const fold = foldView(place);
  const offered = newElement(fold.body, "div", "rv-things");
  const form = newElement(fold.body, "form", "rv-typed");
  const label = newElement(form, "label");
  const field = newElement(form, "input");
  const go = newElement(form, "button", "rv-thing");
  const said = newElement(fold.body, "p");
  said.setAttribute("role", "status");
  offered.setAttribute("role", "group");
  Object.assign(field, { type: "text", maxLength: 60, autocomplete: "off", spellcheck: false });
  field.id = label.htmlFor = "rv-swap-word";

  const head = newElement(home, "header");
  const title = newElement(head, "h3");
  const filler = newElement(head, "button", "rv-thing");
  const trained = newElement(head, "button", "rv-thing");
  const back = newElement(head, "button", "rv-thing");
  [go, filler, trained, back].forEach((button) => (button.type = "button"));
  go.type = "submit";
  const note = newElement(home, "p");
  const sides = newElement(home, "div", "rv-swap-sides");
  const columns = [0, 1].map((k) => {
    const column = newElement(sides, "section", "rv-swap-side");
    const top = newElement(column, "div", "rv-swap-told");
    const name = newElement(top, "h4");
    const lines = newElement(top, "div", "rv-swap-lines");
    lines.setAttribute("aria-live", "polite");
    const body = newElement(column, "div");
    return { name, lines, body, plot: plotView(newElement(body, "div"), (one) => tap(one, k)) };
  });
  const terms = newElement(home, "p", "rv-small");

  let payload = null, words = null, key = "", at = 0, chosen = null, views = [];
  const ask = (what) => tell({ ...what, when: Date.now() }); // the same once more is another wish
  form.onsubmit = (event) => {
    event.preventDefault();
    ask({ at, word: field.value });
  };
  back.onclick = () => ask({ at: -1 });
  trained.onclick = () => ask({ trained: !payload.trained });
  filler.onclick = () => ask({ at: payload.filler[0], word: payload.filler[1] });

  /** What stands beside the title: another swap, other weights, none. */
  const controls = () => {
    const { swap, swaps, trains, tokens } = payload;
    const [where, other] = payload.filler ?? [swap.at];
    filler.hidden = !swaps || where === swap.at;
    filler.textContent = filledLabel(words.filler, { other, word: tokens[where].text });
    trained.hidden = !trains;
    trained.textContent = payload.trained ? words.untrained : words.trained;
    back.hidden = !swaps;
    back.textContent = words.back;
  };

  const offer = () => {
    const { text } = payload.tokens[at];
    const texts = payload.offered[at];
    fold.name(filledLabel(words.offer, { word: text }));
    offered.setAttribute("aria-label", filledLabel(words.words, { word: text }));
    offered.replaceChildren(
      ...texts.map((word) => {
        const button = newElement(null, "button", "rv-thing", word);
        button.type = "button";
        button.setAttribute("aria-pressed", payload.swap?.at === at && payload.swap.other === word);
        button.onclick = () => ask({ at, word });
        return button;
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
    if (mine !== key || !home.isConnected || !payload.swap) return;
    const { tokens, labels, swap } = payload;
    const drawn = swap.networks.map(({ figure, label, records }, k) => {
      const shown = withValues(figure, decodedAll(records));
      return columns[k].plot.draw(shown, tokens, label, labels.table);
    });
    if (chosen) columns.forEach(({ plot }, k) => plot.mark(k === chosen.network ? chosen.unit : null));
    columns.forEach(({ plot }) => plot.show(view.at));
    await Promise.all(drawn);
    if (mine === key) home.dataset.drawn = swap.revision;
  };

  const view = {
    fold,
    at: 0,
    /** New data; drawn anew only where the swap or what it stands in has changed. */
    fill(fresh) {
      const { swap, revision, theme, scale, labels } = fresh;
      const now = [revision, swap?.revision, theme, scale, fresh.swaps, fresh.trains, JSON.stringify(labels.swap)].join(" ");
      payload = fresh;
      words = labels.swap;
      said.textContent = fresh.said;
      said.hidden = !fresh.said;
      if (fresh.said && !fold.shut) place.open = true;
      if (now === key) return;
      key = now;
      delete home.dataset.drawn;
      place.hidden = !fresh.swaps;
      label.textContent = words.typed;
      go.textContent = words.swap;
      field.value = "";
      home.hidden = !swap;
      views = [];
      at = -1;
      if (swap) {
        putRuns(title, swap.title);
        putRuns(note, swap.note);
        note.hidden = !swap.note.length;
        putRuns(terms, swap.terms);
        controls();
        views = columns.map(({ lines }, k) => noticeView(lines, swap.networks[k].lines));
        draw();
      }
    },
    /** The current token. */
    show(step) {
      view.at = step;
      if (step !== at) {
        at = step;
        offer();
      }
      views.forEach((lines, k) => {
        const { name, verdicts } = payload.swap.networks[k];
        const { name: node, plot } = columns[k];
        lines.show(step);
        plot.show(step);
        node.textContent = name;
        if (verdicts[step]) newElement(node, "span", `rv-verdict rv-verdict-${verdicts[step]}`, words[verdicts[step]]);
      });
    },
    mark(network, unit) {
      chosen = { network, unit };
      columns.forEach(({ plot }, k) => plot.mark(k === network ? unit : null));
    },
    end: () => columns.forEach(({ plot }) => plot.end()),
  };
  return view;
}
