// Charts of reports: drawn by ECharts from the JSON beside them. The table below has the same numbers.

const TEXT = { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };

// A token as the colour that it is now, light or dark.
function colour(name) {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = `var(${name})`;
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}
const COLOURS = ["--accent", "--warning-ink", "--good-ink", "--waiting-ink", "--neutral-ink"].map(colour);
const ink = colour("--ink");
const line = colour("--line");

const isLong = ({ categories }) => categories.length > 8 || categories.some((label) => label.length > 8);

function axes(data) {
  return {
    xAxis: {
      type: "category",
      data: data.categories,
      axisLabel: { ...TEXT, color: ink, rotate: isLong(data) ? 35 : 0, width: 120, overflow: "truncate", hideOverlap: true },
      axisLine: { lineStyle: { color: line } },
    },
    yAxis: {
      type: "value",
      axisLabel: { ...TEXT, color: ink, formatter: data.unit === "share" ? "{value} %" : undefined },
      splitLine: { lineStyle: { color: line } },
    },
  };
}

function series(data) {
  const stacked = data.kind === "stacked";
  return data.series.map((each) => ({
    name: each.name,
    data: each.values,
    type: data.kind === "lines" ? "line" : "bar",
    stack: stacked ? "all" : undefined,
    barMaxWidth: 36,
    symbolSize: 6,
  }));
}

function pareto(data) {
  const values = data.series[0].values.map((value) => value || 0);
  const all = values.reduce((sum, value) => sum + value, 0) || 1;
  let sum = 0;
  const shares = values.map((value) => Math.round(((sum += value) / all) * 1000) / 10);
  const option = { ...axes(data), series: series(data) };
  option.yAxis = [option.yAxis, { type: "value", max: 100, axisLabel: { ...TEXT, color: ink, formatter: "{value} %" }, splitLine: { show: false } }];
  option.series.push({ name: data.cumulative, type: "line", yAxisIndex: 1, data: shares, symbolSize: 5 });
  return option;
}

function matrix(data) {
  const span = (at) => Math.max(...data.points.map((each) => each[at])) - Math.min(...data.points.map((each) => each[at])) || 1;
  const least = Math.min(...data.points.map(([x]) => x));
  // Names stand over and under their points, so that those at one height do not lie upon one another; near
  // an edge they reach inwards: on a telephone there is no room behind a point.
  const places = [["top", 5], ["bottom", 5], ["top", 20], ["bottom", 20]];
  const point = (value, index) => {
    const before = data.points.slice(0, index).filter((each) => Math.abs(each[1] - value[1]) < 0.15 * span(1)).length;
    const [position, distance] = places[before % places.length];
    const share = (value[0] - least) / span(0);
    return { value, label: { position, distance, align: share > 0.8 ? "right" : share < 0.2 ? "left" : "center" } };
  };
  const axis = (name) => ({ type: "value", scale: true, name, nameLocation: "middle", nameGap: 42, axisLabel: { ...TEXT, color: ink }, splitLine: { show: false } });
  return {
    xAxis: axis(data.names[0]),
    yAxis: axis(data.names[1]),
    series: [
      {
        type: "scatter",
        symbolSize: 14,
        data: data.points.map(point),
        label: { show: true, formatter: (at) => at.value[2], color: ink, ...TEXT },
        markLine: {
          silent: true,
          symbol: "none",
          label: { show: false },
          lineStyle: { color: ink, type: "dashed" },
          data: [{ xAxis: data.middle[0] }, { yAxis: data.middle[1] }],
        },
      },
    ],
  };
}

for (const place of document.querySelectorAll("[data-chart]")) {
  const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const option = data.kind === "matrix" ? matrix(data) : data.kind === "pareto" ? pareto(data) : { ...axes(data), series: series(data) };
  const chart = window.echarts.init(place, null, { renderer: "svg" });
  chart.setOption({
    color: COLOURS,
    textStyle: TEXT,
    animation: false,
    aria: { enabled: true },
    grid: { left: data.kind === "matrix" || isLong(data) ? 40 : 12, right: 16, top: 36, bottom: data.kind === "matrix" ? 36 : 8, containLabel: true },
    legend: data.kind === "matrix" ? undefined : { top: 0, itemGap: 20, textStyle: { ...TEXT, color: ink } },
    tooltip: { trigger: data.kind === "matrix" ? "item" : "axis", renderMode: "richText" },
    ...option,
  });
  new ResizeObserver(() => chart.resize()).observe(place);
}
