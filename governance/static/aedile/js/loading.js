// Large libraries are fetched when a page first needs them, under the names of the import map.

const scripts = new Map();

/** Run a plain script once, by its name in the import map; resolves when it has run. */
export function loadScript(name) {
  if (!scripts.has(name)) {
    scripts.set(
      name,
      new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = import.meta.resolve(name);
        script.onload = resolve;
        script.onerror = () => reject(new Error(`${name} did not load`));
        document.head.append(script);
      }),
    );
  }
  return scripts.get(name);
}

/** Add a style sheet once, by its name in the import map; resolves when it holds. */
export function loadStyles(name) {
  if (!scripts.has(name)) {
    scripts.set(
      name,
      new Promise((resolve, reject) => {
        const link = document.createElement("link");
        link.rel = "stylesheet";
        link.href = import.meta.resolve(name);
        link.onload = resolve;
        link.onerror = () => reject(new Error(`${name} did not load`));
        document.head.append(link);
      }),
    );
  }
  return scripts.get(name);
}
