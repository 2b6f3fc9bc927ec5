// What Chart.js draws: a report's chart from the page's json_script, in the given colours.
//
// picture: {title, labels, bars: [{label, values}], horizontal, beside, currency}; `horizontal` bars are
// horizontal, bars `beside` each other are not stacked, money is shown in the currency.
// colours: {text, grid, bars: [...]}.

const MOST = 36; // characters of a title beside a bar; the table shows all of it
const NARROW = 600; // pixels

export function barChart(picture, colours) {
  const [labelAxis, valueAxis] = picture.horizontal ? ["y", "x"] : ["x", "y"];
  const stacked = !picture.beside;
  const written = writer(picture.currency);
  return {
    type: "bar",
    data: {
      labels: picture.labels,
      datasets: picture.bars.map(({ label, values }, index) => ({
        label,
        data: values,
        backgroundColor: colours.bars[index % colours.bars.length],
      })),
    },
    options: {
      indexAxis: labelAxis,
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      scales: {
        [labelAxis]: {
          stacked,
          grid: { display: false },
          ticks: {
            color: colours.text,
            autoSkip: !picture.horizontal,
            maxRotation: 0,
            callback(value) {
              const most = this.chart.width < NARROW ? MOST / 2 : MOST;
              return shortened(this.getLabelForValue(value), most);
            },
          },
        },
        [valueAxis]: {
          stacked,
          beginAtZero: true,
          grid: { color: colours.grid },
          ticks: { color: colours.text, precision: 0, callback: written },
        },
      },
      plugins: {
        legend: { display: picture.bars.length > 1, labels: { color: colours.text } },
        tooltip: {
          callbacks: {
            label: ({ dataset, raw }) => `${dataset.label}: ${written(raw)}`,
          },
        },
      },
    },
  };
}

export function shortened(label, most) {
  return label.length > most ? `${label.slice(0, most - 1).trimEnd()}…` : label;
}

function writer(currency) {
  const format = new Intl.NumberFormat(
    "en-GB",
    currency ? { style: "currency", currency, trailingZeroDisplay: "stripIfInteger" } : {},
  );
  return (value) => format.format(value);
}
