// The rail: folds on wide screens (remembered), slides in on a phone.

import { remember } from "aedile/store";

const root = document.documentElement;

function fold(button) {
  const isFolded = root.classList.toggle("rail-folded");
  remember("rail", isFolded ? "folded" : null);
  button.setAttribute("aria-pressed", String(isFolded));
}

function slide(state) {
  root.classList.toggle("rail-open", state === "open");
  const button = document.querySelector("[data-rail-open]");
  button?.setAttribute("aria-expanded", String(state === "open"));
  if (state === "open") document.querySelector(".rail a")?.focus();
  else if (document.activeElement?.closest?.(".rail")) button?.focus();
}

/** Wire the buttons of the rail. */
export function startRail() {
  const folder = document.querySelector("[data-rail-fold]");
  folder?.setAttribute("aria-pressed", String(root.classList.contains("rail-folded")));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-rail-fold]");
    if (button) fold(button);
    if (event.target.closest("[data-rail-open]")) slide("open");
    if (event.target.closest(".rail-scrim")) slide("closed");
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && root.classList.contains("rail-open")) slide("closed");
  });
}
