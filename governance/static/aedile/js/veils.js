// Evidence stays veiled until the reviewer asks for it, each piece by itself.

import { text } from "aedile/text";

/** Wire the veils of the page, also those that arrive later. */
export function startVeils() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".veil-button");
    if (!button) return;
    const isOpen = button.closest(".veil").classList.toggle("is-open");
    button.setAttribute("aria-pressed", String(isOpen));
    button.textContent = text(isOpen ? "veil.hide" : "veil.show");
  });
}
