// Alpine components for the small state that a page keeps by itself. Pages use them by name (x-data="disclosure");
// expressions in attributes stay within what the CSP build reads: property paths and calls.

import Alpine from "alpine";

Alpine.data("disclosure", () => ({
  isOpen: false,
  toggle() {
    this.isOpen = !this.isOpen;
  },
  close() {
    this.isOpen = false;
  },
}));

// Tabs that live in one page: x-data="tabs" data-first="evidence"; buttons call choose with data-tab.
Alpine.data("tabs", () => ({
  current: "",
  init() {
    this.current = this.$root.dataset.first;
  },
  choose() {
    this.current = this.$el.dataset.tab;
  },
  isCurrent() {
    return this.current === this.$el.dataset.tab;
  },
}));

// Characters left of a field: x-data="counter", x-ref="field" on the field, x-text="left" on the place.
Alpine.data("counter", () => ({
  left: "",
  init() {
    this.count();
  },
  count() {
    const { field } = this.$refs;
    this.left = field.maxLength > 0 ? `${field.value.length} / ${field.maxLength}` : String(field.value.length);
  },
}));

/** Start Alpine once the page's own components are registered. */
export function startComponents() {
  window.Alpine = Alpine;
  Alpine.start();
}

export { Alpine };
