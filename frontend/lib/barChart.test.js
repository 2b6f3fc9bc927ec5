import { barChart, shortened } from "./barChart";

const COLOURS = { text: "#111", grid: "#ccc", bars: ["navy", "orange"] };
const PICTURE = {
  title: "Orders per day",
  labels: ["22 Nov", "23 Nov"],
  bars: [
    { label: "kept", values: [3, 0] },
    { label: "cancelled since", values: [1, 0] },
  ],
};

test("Standing bars are stacked, each series in its colour", () => {
  const { type, data, options } = barChart(PICTURE, COLOURS);
  expect(type).toBe("bar");
  expect(data.labels).toEqual(["22 Nov", "23 Nov"]);
  expect(data.datasets).toEqual([
    { label: "kept", data: [3, 0], backgroundColor: "navy" },
    { label: "cancelled since", data: [1, 0], backgroundColor: "orange" },
  ]);
  expect(options.indexAxis).toBe("x");
  expect(options.scales.x.stacked && options.scales.y.stacked).toBe(true);
  expect(options.scales.y.beginAtZero).toBe(true);
  expect(options.plugins.legend.display).toBe(true);
});

test("Lying bars have every label at the left", () => {
  const horizontal = { ...PICTURE, horizontal: true, beside: true, bars: PICTURE.bars.slice(0, 1) };
  const { options } = barChart(horizontal, COLOURS);
  expect(options.indexAxis).toBe("y");
  expect(options.scales.y.ticks.autoSkip).toBe(false);
  expect(options.scales.x.stacked).toBe(false);
  expect(options.plugins.legend.display).toBe(false);
});

test("There are colours for any number of series", () => {
  const many = { ...PICTURE, bars: [...PICTURE.bars, { label: "others", values: [2, 2] }] };
  expect(barChart(many, COLOURS).data.datasets[2].backgroundColor).toBe("navy");
});

test("Money is written in its currency, numbers without one", () => {
  const money = barChart({ ...PICTURE, currency: "GBP" }, COLOURS).options;
  expect(money.scales.y.ticks.callback(-1234.5)).toBe("-£1,234.50");
  expect(money.scales.y.ticks.callback(20000)).toBe("£20,000");
  const numbers = barChart(PICTURE, COLOURS).options;
  expect(numbers.scales.y.ticks.callback(1234)).toBe("1,234");
  const label = numbers.plugins.tooltip.callbacks.label;
  expect(label({ dataset: { label: "kept" }, raw: 3 })).toBe("kept: 3");
});

test("Long titles are shortened beside their bars, more where there is little room", () => {
  const title = "Travels into Several Remote Nations of the World";
  const { callback } = barChart({ ...PICTURE, horizontal: true }, COLOURS).options.scales.y.ticks;
  const beside = (width) => callback.call({ chart: { width }, getLabelForValue: () => title }, 0);
  expect(beside(1000)).toBe("Travels into Several Remote Nations…");
  expect(beside(360)).toBe("Travels into Seve…");
  expect(shortened("Emma", 4)).toBe("Emma");
});
