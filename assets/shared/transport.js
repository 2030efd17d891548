// Five buttons that lead through steps: to the first, one back, play, one on, to the last.

const STEPPER_ICONS = {
  first: "M7 5v14M19 5.5v13L9.5 12z",
  back: "M17 5.5v13L7.5 12z",
  play: "M8 5.5v13l10-6.5z",
  pause: "M8 5.5v13M16 5.5v13",
  forward: "M7 5.5v13l9.5-6.5z",
  last: "M17 5v14M5 5.5v13l9.5-6.5z",
};

/** The five buttons. `act(name)` is called with first, back, play, forward or last. */
function transportView(root, labels, act) {
  const bar = newElement(root, "div", "rv-transport");
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", labels.transport);
  const paths = {};
  const buttons = {};
  for (const name of ["first", "back", "play", "forward", "last"]) {
    const button = (buttons[name] = newElement(bar, "button", "rv-button"));
    button.type = "button";
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    paths[name] = svg.appendChild(document.createElementNS(svg.namespaceURI, "path"));
    button.append(svg);
    button.onclick = () => act(name);
  }
  const face = (name, icon) => {
    paths[name].setAttribute("d", STEPPER_ICONS[icon]);
    buttons[name].setAttribute("aria-label", labels[icon]);
    buttons[name].title = labels[icon];
  };
  Object.keys(buttons).forEach((name) => face(name, name));
  const position = newElement(bar, "span", "rv-position");
  position.setAttribute("aria-hidden", "true");
  return {
    bar,
    /** Without a step (null) nobody has set out yet. */
    show(step, steps, playing) {
      position.textContent = step === null ? "" : filledLabel(labels.position, { step: step + 1, steps });
      face("play", playing ? "pause" : "play");
      // aria-disabled, not disabled: a disabled button would lose the focus in the middle of stepping
      for (const name of ["first", "back"]) buttons[name].setAttribute("aria-disabled", step === 0);
      for (const name of ["forward", "last"]) buttons[name].setAttribute("aria-disabled", step === steps - 1);
    },
  };
}
