// Charts: reads the figure that the page carries as JSON, draws it with Plotly in the console's colours, and
// draws again when the theme changes. Plotly is large: it is fetched when the first chart comes into sight.
// A trace says its tone in `meta.tone` (accent, ok, warn, danger, info, neutral, or 1…8); never a colour.

import { loadScript } from "aedile/loading";
import { faded, readColours } from "aedile/paint";
import { holdStyle } from "aedile/styles";
import { text } from "aedile/text";

const SERIES = 8;
// Plotly writes its rules into these two elements; the second is for maps, which the console does not draw.
const PLOTLY_STYLES = [
  "plotly.js-style-global",
  "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53",
];

async function loadPlotly() {
  PLOTLY_STYLES.forEach(holdStyle);
  await loadScript("npm/plotly");
  return window.Plotly;
}

function colours() {
  const series = Object.fromEntries(Array.from({ length: SERIES }, (_, index) => [index + 1, `series-${index + 1}`]));
  const states = { danger: "danger-solid", warn: "warn-solid", ok: "ok-solid", info: "info-solid", neutral: "neutral-solid" };
  return {
    tones: readColours({ accent: "accent", ...states, ...series }),
    ...readColours({ text: "text-2", faint: "text-3", line: "line", ground: "surface", raised: "raised", strong: "text" }),
  };
}

function painted(trace, index, paint) {
  const colour = paint.tones[trace.meta?.tone ?? (index % SERIES) + 1] ?? paint.tones.accent;
  const whole = { ...trace };
  if (trace.meta?.role === "band") {
    whole.line = { width: 0, ...trace.line };
    whole.fillcolor = faded(colour, 0.16);
    whole.hoverinfo = "skip";
  } else if (trace.type === "bar") {
    whole.marker = { color: colour, line: { width: 0 }, ...trace.marker };
  } else if (trace.type === "heatmap") {
    whole.colorscale = [[0, paint.ground], [1, paint.tones.accent]];
    whole.colorbar = { thickness: 8, outlinewidth: 0, tickfont: { color: paint.faint } };
  } else {
    whole.line = { color: colour, width: 2, ...trace.line };
    whole.marker = { color: colour, size: 5, ...trace.marker };
    if (trace.fill) whole.fillcolor = faded(colour, trace.stackgroup ? 0.5 : 0.14);
  }
  return whole;
}

function axis(given, paint) {
  return {
    gridcolor: paint.line,
    zerolinecolor: paint.line,
    linecolor: paint.line,
    tickfont: { color: paint.faint, size: 11 },
    automargin: true,
    fixedrange: true,
    ...given,
    title: given?.title ? { text: given.title.text ?? given.title, font: { color: paint.faint, size: 11 }, standoff: 6 } : undefined,
  };
}

function marks(layout, paint) {
  const shapes = (layout.shapes ?? []).map((shape) => {
    const tone = paint.tones[shape.meta?.tone] ?? paint.faint;
    const { meta, ...rest } = shape;
    return { ...rest, line: { color: tone, width: 1.25, dash: "dot", ...shape.line } };
  });
  const annotations = (layout.annotations ?? []).map((note) => ({
    showarrow: false,
    font: { size: 11, color: paint.text },
    bgcolor: paint.raised,
    bordercolor: paint.line,
    borderpad: 3,
    ...note,
  }));
  return { shapes, annotations };
}

function dressed(figure) {
  const paint = colours();
  const layout = figure.layout ?? {};
  const data = figure.data.map((trace, index) => painted(trace, index, paint));
  const seen = data.filter((trace) => trace.showlegend !== false && trace.meta?.role !== "band").length;
  return {
    data,
    layout: {
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: paint.text },
      margin: { l: 44, r: 12, t: seen > 1 ? 26 : 10, b: 30 },
      hovermode: "x unified",
      hoverlabel: { bgcolor: paint.raised, bordercolor: paint.line, font: { color: paint.strong, size: 12 } },
      showlegend: seen > 1,
      legend: { orientation: "h", traceorder: "normal", x: 0, y: 1.02, yanchor: "bottom", font: { size: 11, color: paint.text } },
      bargap: 0.28,
      dragmode: false,
      ...layout,
      ...marks(layout, paint),
      xaxis: axis({ showgrid: false, ...layout.xaxis }, paint),
      yaxis: axis({ zeroline: false, ...layout.yaxis }, paint),
    },
  };
}

const CONFIG = { displayModeBar: false, responsive: true, showTips: false, locale: "en" };

function followClick(event) {
  const url = event.points?.[0]?.customdata;
  if (typeof url === "string" && url.startsWith("/")) location.assign(url);
}

async function draw(card) {
  const area = card.querySelector("[data-chart-area]");
  const source = document.getElementById(card.dataset.chart);
  const figure = JSON.parse(source.textContent);
  try {
    const Plotly = await loadPlotly();
    const { data, layout } = dressed(figure);
    area.querySelector("[data-chart-wait]")?.remove();
    await Plotly.react(area, data, layout, CONFIG);
    if (!card.dataset.drawn) area.on("plotly_click", followClick);
    card.dataset.drawn = "yes";
  } catch (error) {
    const wait = area.querySelector("[data-chart-wait]");
    if (wait) wait.textContent = text("chart.failed");
    throw error;
  }
}

const inSight = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    inSight.unobserve(entry.target);
    draw(entry.target);
  }
}, { rootMargin: "200px" });

function watch(root) {
  for (const card of root.querySelectorAll("[data-chart]:not([data-drawn])")) inSight.observe(card);
}

async function savePicture(card) {
  const Plotly = await loadPlotly();
  const area = card.querySelector("[data-chart-area]");
  await Plotly.downloadImage(area, { format: "png", scale: 2, filename: card.dataset.chartName });
}

function saveTable(card) {
  // A cell that a spreadsheet would run as a formula gets an apostrophe, as in the console's other exports.
  const cell = (value) => {
    const plain = value.trim();
    const safe = /^[=+@\t\r]/.test(plain) || (/^-/.test(plain) && !/^-[\d.,\s%]*$/.test(plain)) ? `'${plain}` : plain;
    return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const rows = [...card.querySelectorAll(".chart-table tr")].map((row) =>
    [...row.cells].map((each) => cell(each.dataset.value ?? each.textContent)).join(","),
  );
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(["\ufeff", rows.join("\r\n"), "\r\n"], { type: "text/csv" }));
  link.download = `${card.dataset.chartName}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** Draw the charts of the page, also those that arrive later. */
export function startCharts() {
  watch(document);
  document.addEventListener("htmx:after:process", (event) => watch(event.target));
  document.addEventListener("htmx:before:cleanup", (event) => {
    for (const area of event.target.querySelectorAll?.(".js-plotly-plot") ?? []) window.Plotly?.purge(area);
  });
  document.addEventListener("aedile:theme", () => {
    for (const card of document.querySelectorAll("[data-chart][data-drawn]")) draw(card);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-chart-save]");
    if (!button) return;
    const card = button.closest("[data-chart]");
    if (button.dataset.chartSave === "png") savePicture(card);
    else saveTable(card);
  });
}
