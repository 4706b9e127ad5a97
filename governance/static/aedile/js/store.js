// What the browser remembers for this viewer; without storage every answer is the default.

/** Return a remembered value, null when there is none. */
export function recall(name) {
  try {
    return localStorage.getItem(`aedile.${name}`);
  } catch {
    return null;
  }
}

/** Remember a value; null forgets it. */
export function remember(name, value) {
  try {
    if (value === null) localStorage.removeItem(`aedile.${name}`);
    else localStorage.setItem(`aedile.${name}`, value);
  } catch {
    // Private windows may refuse: the choice then lasts for the page.
  }
}
