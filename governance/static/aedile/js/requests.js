// htmx under the console's rules: CSRF token, one quiet line while it works, errors as messages.

import "htmx";
import { text } from "aedile/text";
import { toast } from "aedile/toast";

const SAFE = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);
let running = 0;

function token() {
  return document.querySelector("meta[name=csrf-token]")?.content ?? "";
}

function mark(step) {
  running = Math.max(0, running + step);
  document.documentElement.classList.toggle("is-loading", running > 0);
}

function explain(status) {
  if (status === 403) return text("error.forbidden");
  if (status === 404) return text("error.missing");
  if (status === 409) return text("error.conflict");
  if (status === 429) return text("error.often");
  return text("error.server", { status });
}

/** Send a request of the console's own: same origin, with the CSRF token. Resolves to the Response. */
export function send(url, { method = "GET", body = null, headers = {}, ...rest } = {}) {
  const own = SAFE.has(method) ? {} : { "X-CSRFToken": token() };
  return fetch(url, { method, body, credentials: "same-origin", headers: { ...own, ...headers }, ...rest });
}

/** Wire htmx. */
export function startRequests() {
  document.addEventListener("htmx:config:request", (event) => {
    const { request } = event.detail.ctx;
    if (!SAFE.has(request.method)) request.headers["X-CSRFToken"] = token();
  });
  document.addEventListener("htmx:before:request", () => mark(1));
  document.addEventListener("htmx:finally:request", () => mark(-1));
  document.addEventListener("htmx:after:request", (event) => {
    const { raw } = event.detail.ctx.response;
    const isSignIn = raw.redirected && new URL(raw.url).pathname.startsWith("/accounts/");
    if (!isSignIn) return;
    event.preventDefault(); // the session is over: show the sign-in page as a page, not inside a list
    location.reload();
  });
  document.addEventListener("htmx:response:error", (event) => {
    const { ctx } = event.detail;
    if (ctx.response.status !== 422) toast(ctx.hx?.reason ?? explain(ctx.response.status), { tone: "danger" });
  });
  document.addEventListener("htmx:error", (event) => {
    if (event.detail.error?.name !== "AbortError") toast(text("error.network"), { tone: "danger" });
  });
}
