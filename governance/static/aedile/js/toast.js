// Short messages at the lower right. The server sends them with the page, or in the HX-Trigger header:
//   {"aedile:toast": {"text": "Case released", "tone": "ok"}}

import { text } from "aedile/text";

const SHOWN_MS = 6000;

function region() {
  return document.getElementById("flashes");
}

function dismissLater(flash) {
  if (flash.dataset.tone === "danger") return; // what went wrong stays until it is read
  let timer = setTimeout(() => flash.remove(), SHOWN_MS);
  flash.addEventListener("pointerenter", () => clearTimeout(timer));
  flash.addEventListener("focusin", () => clearTimeout(timer));
  flash.addEventListener("pointerleave", () => (timer = setTimeout(() => flash.remove(), SHOWN_MS)));
}

/** Show a message. tone: ok, info, warn or danger; action: {label, url} makes a link. */
export function toast(message, { tone = "ok", action = null } = {}) {
  const template = document.getElementById("flash-template");
  if (!template || !region()) return;
  const flash = template.content.firstElementChild.cloneNode(true);
  flash.dataset.tone = tone;
  flash.classList.add(`tone-${tone}`);
  const place = flash.querySelector("[data-flash-text]");
  place.textContent = message;
  if (action) {
    const link = document.createElement("a");
    link.href = action.url;
    link.textContent = action.label;
    place.append(" ", link);
  }
  for (const icon of flash.querySelectorAll("[data-flash-icon]")) icon.hidden = icon.dataset.flashIcon !== tone;
  region().append(flash);
  dismissLater(flash);
}

/** Wire the region and the messages that came with the page. */
export function startToasts() {
  for (const flash of document.querySelectorAll("#flashes .flash")) dismissLater(flash);
  document.addEventListener("click", (event) => {
    event.target.closest("[data-dismiss-flash]")?.closest(".flash").remove();
  });
  document.addEventListener("aedile:toast", (event) => {
    const { text: message, value, ...options } = event.detail;
    toast(message ?? value ?? text("toast.done"), options);
  });
}
