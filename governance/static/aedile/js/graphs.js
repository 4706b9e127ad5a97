// Link graphs: reads {nodes: [{id, label, kind, tone, url, isCentre}], links: [{from, to, label, isHard}]} that the page
// carries as JSON and draws it. The page shows the same links as a list: a canvas says nothing to a screen reader.

import { readColours } from "aedile/paint";
import { holdStyle } from "aedile/styles";

const TOKENS = {
  text: "text",
  faint: "text-3",
  line: "line-strong",
  surface: "surface",
  accent: "accent",
  danger: "danger-solid",
  warn: "warn-solid",
  ok: "ok-solid",
  info: "info-solid",
  neutral: "neutral-solid",
};
const drawn = new Map();

function looks() {
  const paint = readColours(TOKENS);
  const tone = (node) => paint[node.data("tone")] ?? paint.neutral;
  return [
    {
      selector: "node",
      style: {
        "background-color": tone,
        "border-width": 2,
        "border-color": paint.surface,
        width: 20,
        height: 20,
        label: "data(label)",
        color: paint.text,
        "font-size": 11,
        "font-family": getComputedStyle(document.body).fontFamily,
        "text-valign": "bottom",
        "text-margin-y": 4,
        "text-max-width": 110,
        "text-wrap": "ellipsis",
        "text-background-color": paint.surface,
        "text-background-opacity": 0.85,
        "text-background-padding": 2,
      },
    },
    { selector: "node[?isCentre]", style: { width: 30, height: 30, "border-color": paint.accent, "font-weight": 600 } },
    {
      selector: "edge",
      style: {
        width: 1.5,
        "line-color": paint.line,
        "curve-style": "bezier",
        label: "data(label)",
        "font-size": 9,
        color: paint.faint,
        "text-rotation": "autorotate",
        "text-background-color": paint.surface,
        "text-background-opacity": 0.85,
        "line-style": "dashed",
      },
    },
    { selector: "edge[?isHard]", style: { width: 2.5, "line-style": "solid", "line-color": paint.faint } },
  ];
}

function elements({ nodes, links }) {
  return [
    ...nodes.map((node) => ({ data: node })),
    ...links.map(({ from, to, ...rest }) => ({ data: { ...rest, source: from, target: to } })),
  ];
}

async function draw(place) {
  if (drawn.has(place)) return;
  drawn.set(place, null);
  holdStyle("__________cytoscape_stylesheet");
  const { default: cytoscape } = await import("cytoscape");
  const content = JSON.parse(document.getElementById(place.dataset.graph).textContent);
  const graph = cytoscape({
    container: place,
    elements: elements(content),
    style: looks(),
    layout: { name: "cose", animate: false, padding: 24, nodeDimensionsIncludeLabels: true, randomize: false },
    minZoom: 0.3,
    maxZoom: 2.5,
    autounselectify: true,
  });
  graph.on("tap", "node", (event) => {
    const url = event.target.data("url");
    if (typeof url === "string" && url.startsWith("/")) location.assign(url);
  });
  drawn.set(place, graph);
  place.dataset.drawn = "yes";
}

const inSight = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    inSight.unobserve(entry.target);
    draw(entry.target);
  }
});

function watch(root) {
  for (const place of root.querySelectorAll("[data-graph]:not([data-drawn])")) inSight.observe(place);
}

/** Draw the graphs of the page, also those that arrive later. */
export function startGraphs() {
  watch(document);
  document.addEventListener("htmx:after:process", (event) => watch(event.target));
  document.addEventListener("aedile:theme", () => {
    for (const [place, graph] of drawn) {
      if (place.isConnected) graph?.style(looks());
      else drawn.delete(place);
    }
  });
}
