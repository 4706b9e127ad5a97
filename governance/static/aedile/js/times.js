// Times: the page shows them relative; here they stay true while the page stands, and the absolute time in the
// viewer's own zone waits on hover.

import { locale, text } from "aedile/text";

const TICK_MS = 30_000;
const STEPS = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
];

/** Return the relative form of a moment, the same words as the server's. */
export function relative(moment, now = Date.now()) {
  const seconds = Math.round((now - moment) / 1000);
  const distance = Math.abs(seconds);
  if (distance < 45) return text("time.now");
  const [unit, size] = STEPS.find(([, size]) => distance >= size) ?? STEPS.at(-1);
  const amount = text(`time.${unit}`, { n: Math.max(1, Math.floor(distance / size)) });
  return text(seconds >= 0 ? "time.ago" : "time.in", { amount });
}

function absolute(moment) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "full", timeStyle: "long" }).format(moment);
}

function refresh(root) {
  for (const element of root.querySelectorAll("time[data-relative]")) {
    const moment = Date.parse(element.dateTime);
    if (Number.isNaN(moment)) continue;
    element.title = absolute(moment);
    const words = relative(moment);
    if (element.textContent !== words) element.textContent = words;
  }
}

/** Keep every time of the page true. */
export function startTimes() {
  refresh(document);
  setInterval(() => document.hidden || refresh(document), TICK_MS);
  document.addEventListener("visibilitychange", () => document.hidden || refresh(document));
  document.addEventListener("htmx:after:process", (event) => refresh(event.target));
}
