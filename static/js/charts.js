// Draws every <div class="chart" data-chart="ID"> from the <script type="application/json" id="ID">
// beside it. The JSON is a plain ECharts option; look, colours, type and accessibility come from
// here. Without script the text table next to the chart stands alone.
(function () {
  "use strict";

  const COLOURS = ["#14528F", "#D9730D", "#3AA191", "#9B5FC0", "#59636F"];
  const INK = "#17212E";
  const INK_2 = "#465264";
  const LINE = "#DDE3EA";
  const FONT = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif';

  function thousands(value) {
    return typeof value === "number" ? value.toLocaleString("zh-CN") : value;
  }

  function list(value) {
    return value === undefined ? [] : Array.isArray(value) ? value : [value];
  }

  function axis(options) {
    const isValue = options.type === "value";
    return Object.assign({
      axisLine: { show: !isValue, lineStyle: { color: "#7A8697" } },
      axisTick: { show: false },
      splitLine: { show: isValue, lineStyle: { color: LINE } },
    }, options, {
      axisLabel: Object.assign(
        { color: INK_2, fontSize: 13, formatter: isValue ? thousands : undefined },
        options.axisLabel
      ),
    }, isValue && options.scale === undefined ? { min: options.min === undefined ? 0 : options.min } : {});
  }

  // A point or bar with "open": true belongs to a period that is not over: hollow, dashed edge.
  function series(options, index) {
    const colour = COLOURS[index % COLOURS.length];
    const bar = options.type === "bar";
    const data = (options.data || []).map(function (item) {
      if (!item || !item.open) {
        return item;
      }
      return Object.assign({}, item, {
        itemStyle: { color: bar ? "transparent" : "#fff", borderColor: colour, borderType: "dashed", borderWidth: 2 },
      });
    });
    return Object.assign(
      bar ? { barMaxWidth: 28, barGap: "15%" } : { symbol: "circle", symbolSize: 7, lineStyle: { width: 2.5 }, connectNulls: false },
      options,
      {
        data: data,
        label: Object.assign(
          { color: INK, fontSize: 13, formatter: function (item) { return thousands(item.value); } },
          options.label
        ),
      }
    );
  }

  function complete(option, title) {
    const made = Object.assign({}, option, {
      animation: false,
      color: COLOURS,
      textStyle: { fontFamily: FONT, fontSize: 13, color: INK },
      aria: { enabled: true, label: { description: title } },
      legend: Object.assign(
        { left: 0, top: 0, itemWidth: 14, itemHeight: 14, textStyle: { color: INK_2, fontSize: 13 } },
        option.legend
      ),
      grid: Object.assign({ left: 4, right: 40, top: 40, bottom: 4, containLabel: true }, option.grid),
      tooltip: Object.assign(
        { trigger: "axis", valueFormatter: thousands },
        option.tooltip,
        // The HTML tooltip writes style attributes, which the page's policy forbids.
        { renderMode: "richText", transitionDuration: 0 }
      ),
      series: list(option.series).map(series),
    });
    if (made.series.length < 2 && !option.legend) {
      made.legend = { show: false };
    }
    ["xAxis", "yAxis"].forEach(function (name) {
      if (option[name]) {
        made[name] = list(option[name]).map(axis);
      }
    });
    return made;
  }

  function draw(node) {
    const source = document.getElementById(node.dataset.chart);
    if (!source || node.dataset.drawn) {
      return;
    }
    node.dataset.drawn = "yes";
    const title = node.getAttribute("aria-label") || "";
    const chart = window.echarts.init(node, null, { renderer: "svg" });
    chart.setOption(complete(JSON.parse(source.textContent), title));
    new ResizeObserver(function () { chart.resize(); }).observe(node);
  }

  function drawAll(root) {
    root.querySelectorAll(".chart[data-chart]").forEach(draw);
  }

  document.addEventListener("DOMContentLoaded", function () { drawAll(document); });
  document.addEventListener("htmx:after:swap", function () { drawAll(document); });
})();
