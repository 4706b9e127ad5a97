// Menus and tips are popovers: the browser opens, closes and stacks them; here they only find their place.

const GAP = 4;
const EDGE = 8;

function place(menu, button) {
  const at = button.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const isEnd = menu.dataset.align === "end" || at.left + size.width > innerWidth - EDGE;
  const left = isEnd ? at.right - size.width : at.left;
  const below = at.bottom + GAP;
  const isAbove = below + size.height > innerHeight - EDGE && at.top - GAP - size.height > EDGE;
  menu.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - size.width - EDGE))}px`;
  menu.style.top = `${isAbove ? at.top - GAP - size.height : below}px`;
}

function items(menu) {
  return [...menu.querySelectorAll(".menu-item:not([disabled])")];
}

function onMenuKey(event) {
  const menu = event.target.closest?.(".menu[popover]");
  if (!menu || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
  const all = items(menu);
  if (!all.length || event.target.matches("input, select, textarea")) return;
  event.preventDefault();
  const now = all.indexOf(document.activeElement);
  const next = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: all.length - 1 }[event.key];
  all[(next + all.length) % all.length].focus();
}

/** Place every popover menu under its button when it opens. */
export function startMenus() {
  document.addEventListener(
    "toggle",
    (event) => {
      const menu = event.target;
      if (!(menu instanceof HTMLElement) || !menu.matches(".menu[popover]")) return;
      const button = document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
      button?.setAttribute("aria-expanded", String(event.newState === "open"));
      if (event.newState !== "open" || !button) return;
      place(menu, button);
      if (!menu.querySelector("[autofocus]")) items(menu)[0]?.focus({ preventScroll: true });
    },
    true,
  );
  document.addEventListener("keydown", onMenuKey);
  document.addEventListener("click", (event) => {
    if (event.target.closest("button.menu-item, a.menu-item")) event.target.closest(".menu:popover-open")?.hidePopover();
  });
  addEventListener("resize", () => document.querySelector(".menu:popover-open")?.hidePopover());
}
