// Light, dark or as the system says. Others listen to "aedile:theme" on document to redraw.

import { remember } from "aedile/store";

const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");

function apply() {
  const choice = root.dataset.themeChoice;
  const isDark = choice === "dark" || (choice !== "light" && system.matches);
  const theme = isDark ? "dark" : "light";
  if (root.dataset.bsTheme === theme) return;
  root.dataset.bsTheme = theme;
  document.dispatchEvent(new CustomEvent("aedile:theme", { detail: { theme } }));
}

function showChoice() {
  for (const button of document.querySelectorAll("[data-theme-set]")) {
    const isChosen = button.dataset.themeSet === root.dataset.themeChoice;
    button.setAttribute("aria-pressed", String(isChosen));
  }
}

/** Choose "light", "dark" or "auto", and remember it. */
export function setTheme(choice) {
  root.dataset.themeChoice = choice;
  remember("theme", choice === "auto" ? null : choice);
  apply();
  showChoice();
}

/** Turn to the other theme than the one on screen. */
export function toggleTheme() {
  setTheme(root.dataset.bsTheme === "dark" ? "light" : "dark");
}

/** Wire the buttons and follow the system. */
export function startTheme() {
  system.addEventListener("change", apply);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-set]");
    if (button) setTheme(button.dataset.themeSet);
  });
  showChoice();
}
