// The staff's reports: draws each chart from the page's figures, and again when the admin turns
// light or dark. Only the parts of Chart.js that draw bars are bundled.
import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  Legend,
  LinearScale,
  Tooltip,
} from "chart.js";
import { barChart } from "../lib/barChart";

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Legend, Tooltip);

for (const figure of document.querySelectorAll("[data-chart]")) {
  const picture = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
  const canvas = figure.querySelector("canvas");
  figure.hidden = false;
  let chart = null;
  const draw = () => {
    chart?.destroy();
    chart = new Chart(canvas, barChart(picture, coloursOf(figure)));
  };
  draw();
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  // The admin's own switch between light and dark.
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}

function coloursOf(element) {
  const style = getComputedStyle(element);
  const colour = (name) => style.getPropertyValue(name).trim();
  return {
    text: colour("--body-fg"),
    grid: colour("--hairline-color"),
    bars: ["--bar-1", "--bar-2", "--bar-3", "--bar-4"].map(colour),
  };
}
