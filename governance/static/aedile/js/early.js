// Runs before the first paint (a plain script in <head>): theme and folded rail, so that nothing flashes.
(() => {
  const root = document.documentElement;
  const read = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null; // storage is off: the defaults hold
    }
  };
  const chosen = read("aedile.theme");
  const isDark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.bsTheme = isDark ? "dark" : "light";
  root.dataset.themeChoice = chosen === "dark" || chosen === "light" ? chosen : "auto";
  root.classList.toggle("rail-folded", read("aedile.rail") === "folded");
})();
