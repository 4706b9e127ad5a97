// The words that scripts show, in the viewer's language; the page carries them as JSON.

const holder = document.getElementById("console-text");
const words = holder ? JSON.parse(holder.textContent) : {};

/** Return the text of a key with its {placeholders} filled; the key itself when the page has no such text. */
export function text(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Return the page's language for Intl. */
export function locale() {
  return document.documentElement.lang || "en";
}
