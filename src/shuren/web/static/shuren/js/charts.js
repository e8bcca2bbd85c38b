/* Draws every figure from its own table, which stays in the page for whoever wants it.
 *
 * [data-chart=line|bar|heat]  the figure; data-unit, data-finding, data-axis are already translated;
 *                        data-unfinished is the label of a last row that is still growing, or ""
 * [data-chart-host]      where the picture goes, hidden until there is one
 * [data-chart-table]     the table; a row's th is the label, its first td[data-value] the number
 * [data-chart-toggle]    a button, hidden until there is a choice between picture and table;
 *                        data-table and data-picture are its two labels
 * A second column of numbers is drawn beside a line, thin: the year before. [data-from][data-to]
 * in the figure mark a stretch of its labels. In a heat map every cell is a number.
 */
(() => {
  "use strict";
  if (!window.echarts) return;

  const LABEL = 12;
  const ROW = 28;
  const stillness = matchMedia("(prefers-reduced-motion: reduce)");
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const grouped = (number) => number.toLocaleString("en-US");

  function palette() {
    return {
      mark: colour("--seal"),
      rest: colour("--data-1"),
      wash: colour("--indigo-wash"),
      ink: colour("--ink"),
      soft: colour("--ink-soft"),
      paper: colour("--paper-raised"),
      grid: colour("--rule"),
      ramp: [1, 2, 3, 4, 5, 6].map((step) => colour(`--scale-${step}`)),
      font: getComputedStyle(document.body).fontFamily,
    };
  }

  function readTable(figure) {
    const rows = figure.querySelectorAll("[data-chart-table] tbody tr");
    return [...rows].map((row) => ({
      label: row.querySelector("th").dataset.short || row.querySelector("th").textContent.trim(),
      name: row.querySelector("th").textContent.trim(),
      value: Number(row.querySelector("[data-value]")?.dataset.value ?? 0),
    }));
  }

  /* The second column of numbers where its head says it is the year before. */
  function readBefore(figure) {
    const heads = [...figure.querySelectorAll("[data-chart-table] thead th")];
    const at = heads.findIndex((head) => "before" in head.dataset);
    if (at < 0) return null;
    const rows = figure.querySelectorAll("[data-chart-table] tbody tr");
    return [...rows].map((row) => {
      const cell = row.children[at];
      return cell && cell.dataset.value !== undefined ? Number(cell.dataset.value) : null;
    });
  }

  function readMarks(figure) {
    return [...figure.querySelectorAll("[data-from]")].map((mark) => [
      { name: mark.firstChild.textContent.trim(), xAxis: mark.dataset.from },
      { xAxis: mark.dataset.to },
    ]);
  }

  function shared(figure, points, paint) {
    return {
      animation: !stillness.matches,
      animationDuration: 400,
      textStyle: { fontFamily: paint.font, color: paint.ink },
      aria: { enabled: true, label: { description: figure.dataset.finding } },
      tooltip: {
        renderMode: "richText",
        confine: true,
        backgroundColor: paint.paper,
        borderColor: paint.grid,
        textStyle: { color: paint.ink, fontSize: 13 },
        formatter: (hit) => {
          const point = points[(Array.isArray(hit) ? hit[0] : hit).dataIndex];
          return `${point.name}\n${grouped(point.value)} ${figure.dataset.unit}`;
        },
      },
    };
  }

  const unitLabel = (figure, paint) => ({
    name: figure.dataset.unit,
    nameTextStyle: { color: paint.soft, fontSize: 12, align: "left" },
  });

  const numbers = (paint) => ({
    type: "value",
    min: 0,
    minInterval: 1,
    axisLabel: { color: paint.soft, formatter: grouped, hideOverlap: true },
    splitLine: { lineStyle: { color: paint.grid } },
  });

  /* A last month that is still growing hangs on a dashed line: its fall is no finding. */
  function unfinishedSeries(figure, points, paint) {
    const last = points.length - 1;
    if (!figure.dataset.unfinished || points[last].label !== figure.dataset.unfinished) return [];
    return [
      {
        type: "line",
        symbol: "emptyCircle",
        symbolSize: 6,
        itemStyle: { color: paint.rest },
        lineStyle: { color: paint.rest, width: 2, type: "dashed" },
        data: points.map((point, at) => (at < last - 1 ? null : { value: point.value, symbolSize: at < last ? 0 : 6 })),
      },
    ];
  }

  function lineOption(figure, points, paint) {
    const growing = unfinishedSeries(figure, points, paint);
    const finished = growing.length ? points.slice(0, -1) : points;
    const top = Math.max(...points.map((point) => point.value));
    const few = points.length < 40;
    return {
      ...shared(figure, points, paint),
      tooltip: { ...shared(figure, points, paint).tooltip, trigger: "axis" },
      grid: { left: 8, right: 32, top: 40, bottom: 8, containLabel: true },
      xAxis: {
        type: "category",
        data: points.map((point) => point.label),
        boundaryGap: false,
        axisLabel: { color: paint.soft, hideOverlap: true },
        axisLine: { lineStyle: { color: paint.grid } },
        axisTick: { show: false },
      },
      yAxis: { ...numbers(paint), ...unitLabel(figure, paint) },
      series: [
        {
          type: "line",
          showSymbol: few,
          symbol: "circle",
          lineStyle: { color: paint.rest, width: 2 },
          areaStyle: { color: paint.wash },
          markArea: markArea(figure, paint),
          data: finished.map((point) => ({
            value: point.value,
            symbolSize: point.value === top ? 10 : 5,
            itemStyle: { color: point.value === top ? paint.mark : paint.rest },
            label: {
              show: point.value === top,
              formatter: grouped(point.value),
              color: paint.mark,
              fontWeight: 600,
            },
          })),
        },
        ...growing,
        ...beforeSeries(figure, paint),
      ],
    };
  }

  function beforeSeries(figure, paint) {
    const before = readBefore(figure);
    if (!before) return [];
    return [
      {
        type: "line",
        symbol: "none",
        silent: true,
        lineStyle: { color: paint.soft, width: 1.5, type: "dotted" },
        data: before,
      },
    ];
  }

  function markArea(figure, paint) {
    const marks = readMarks(figure);
    if (!marks.length) return undefined;
    return {
      silent: true,
      itemStyle: { color: paint.grid, opacity: 0.55 },
      label: { show: false },
      data: marks,
    };
  }

  function heatOption(figure, paint, width) {
    const heads = [...figure.querySelectorAll("[data-chart-table] thead th")].map((head) => head.textContent.trim());
    const rows = [...figure.querySelectorAll("[data-chart-table] tbody tr")];
    const labels = rows.map((row) => row.querySelector("th").textContent.trim());
    const cells = rows.flatMap((row, y) =>
      [...row.querySelectorAll("td")].flatMap((cell, x) =>
        cell.dataset.value === undefined ? [] : [[x, y, Number(cell.dataset.value)]],
      ),
    );
    const values = cells.map((cell) => cell[2]);
    const point = (data) => `${labels[data[1]]} ${heads[data[0]]}\n${grouped(data[2])} ${figure.dataset.unit}`;
    ruler.font = `${LABEL}px ${paint.font}`;
    const margin = Math.max(...labels.map((label) => ruler.measureText(label).width));
    const base = shared(figure, [], paint);
    return {
      ...base,
      tooltip: { ...base.tooltip, formatter: (hit) => point(hit.data) },
      grid: { left: margin + 14, right: 12, top: 8, bottom: 72 },
      xAxis: {
        type: "category",
        data: heads,
        splitArea: { show: false },
        axisLabel: { color: paint.soft, hideOverlap: true, interval: width < 480 ? 3 : "auto" },
        axisLine: { show: false },
        axisTick: { show: false },
      },
      yAxis: {
        type: "category",
        inverse: true,
        data: labels,
        axisLabel: { color: paint.ink, interval: 0, fontSize: LABEL },
        axisLine: { show: false },
        axisTick: { show: false },
      },
      visualMap: {
        min: 0,
        max: Math.max(...values, 1),
        calculable: false,
        orient: "horizontal",
        left: "center",
        bottom: 4,
        itemWidth: 12,
        itemHeight: Math.min(160, width * 0.4),
        text: [`${grouped(Math.max(...values, 1))} ${figure.dataset.unit}`, "0"],
        textStyle: { color: paint.soft },
        inRange: { color: paint.ramp },
      },
      series: [
        {
          type: "heatmap",
          data: cells,
          itemStyle: { borderColor: paint.paper, borderWidth: 2, borderRadius: 2 },
          emphasis: { itemStyle: { borderColor: paint.ink } },
        },
      ],
    };
  }

  const ruler = document.createElement("canvas").getContext("2d");

  /* The longest start of the text that fits, with an ellipsis if it is not all of it. */
  function shorten(text, room) {
    if (ruler.measureText(text).width <= room) return text;
    let end = text.length - 1;
    while (end > 1 && ruler.measureText(`${text.slice(0, end)}…`).width > room) end -= 1;
    return `${text.slice(0, end)}…`;
  }

  function barOption(figure, points, paint, width) {
    const top = Math.max(...points.map((point) => point.value));
    ruler.font = `${LABEL}px ${paint.font}`;
    const labels = points.map((point) => shorten(point.label, Math.min(240, width * 0.4)));
    const margin = Math.max(...labels.map((label) => ruler.measureText(label).width));
    const numberRoom = ruler.measureText(grouped(top)).width;
    return {
      ...shared(figure, points, paint),
      grid: { left: margin + 14, right: numberRoom + 22, top: 6, bottom: 24 },
      xAxis: {
        ...numbers(paint),
        splitNumber: width < 480 ? 3 : 5,
        name: figure.dataset.unit,
        nameGap: 8,
        nameTextStyle: { color: paint.soft, fontSize: LABEL, verticalAlign: "top", padding: [8, 0, 0, 0] },
      },
      yAxis: {
        type: "category",
        inverse: true,
        data: labels,
        axisLabel: { color: paint.ink, interval: 0, fontSize: LABEL },
        axisLine: { show: false },
        axisTick: { show: false },
      },
      series: [
        {
          type: "bar",
          barMaxWidth: 18,
          barCategoryGap: "35%",
          data: points.map((point) => ({
            value: point.value,
            itemStyle: {
              color: point.value === top ? paint.mark : paint.rest,
              borderRadius: [0, 2, 2, 0],
            },
          })),
          label: {
            show: true,
            position: "right",
            color: paint.ink,
            formatter: ({ value }) => grouped(value),
          },
        },
      ],
    };
  }

  function draw(figure) {
    const host = figure.querySelector("[data-chart-host]");
    const points = readTable(figure);
    if (!host || points.length < 2) return;
    const table = figure.querySelector("[data-chart-table]");
    const toggle = figure.querySelector("[data-chart-toggle]");
    const bars = figure.dataset.chart === "bar";
    host.hidden = false;
    const heat = figure.dataset.chart === "heat";
    if (bars) host.style.height = `${points.length * ROW + 30}px`;
    if (heat) host.style.height = `${points.length * ROW + 90}px`;
    host.setAttribute("role", "img");
    const chart = window.echarts.init(host, null, { renderer: "canvas" });

    const paintIt = () => {
      const paint = palette();
      const option = heat
        ? heatOption(figure, paint, host.clientWidth)
        : bars
          ? barOption(figure, points, paint, host.clientWidth)
          : lineOption(figure, points, paint);
      chart.setOption(option, true);
    };
    const showTable = (yes) => {
      table.hidden = !yes;
      host.hidden = yes;
      toggle.textContent = yes ? toggle.dataset.picture : toggle.dataset.table;
      if (!yes) chart.resize();
    };

    paintIt();
    toggle.hidden = false;
    toggle.addEventListener("click", () => showTable(table.hidden));
    showTable(false);
    new ResizeObserver(() => {
      if (host.hidden) return;
      chart.resize();
      paintIt();
    }).observe(host);
    new MutationObserver(paintIt).observe(document.documentElement, {
      attributes: true,
      attributeFilter: ["data-theme", "class"],
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paintIt);
  }

  document.querySelectorAll("[data-chart]").forEach(draw);
})();
