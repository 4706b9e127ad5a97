// The colours of the theme on screen, for drawings that cannot use CSS.

/** Return {name: "rgb(…)"} for {name: token}; a token may be light-dark(), which only the browser can resolve. */
export function readColours(tokens) {
  const holder = document.createElement("span");
  holder.hidden = true;
  for (const token of Object.values(tokens)) {
    const probe = document.createElement("span");
    probe.style.color = `var(--${token})`;
    holder.append(probe);
  }
  document.body.append(holder);
  const names = Object.keys(tokens);
  const found = Object.fromEntries(names.map((name, index) => [name, getComputedStyle(holder.children[index]).color]));
  holder.remove();
  return found;
}

/** Return the colour with an opacity between 0 and 1. */
export function faded(colour, alpha) {
  const [red, green, blue] = colour.match(/[\d.]+/g);
  return `rgba(${red}, ${green}, ${blue}, ${alpha})`;
}
