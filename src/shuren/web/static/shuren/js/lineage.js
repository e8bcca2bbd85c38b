/* Draws the lineage graph from the list in the page, which stays for whoever wants it.
 *
 * [data-lineage]        the component; without script only its list is there
 * [data-box]            a table: its number; data-kind; data-before, numbers of what stands before
 *                       it (v3: made from its values, r3: it decides which rows there are)
 * [data-line]           a column inside it, with the same data-before
 * [data-focus]          the one the page is about
 * [data-lineage-host]   where the picture goes; data-drawn tells when it stands, in ms
 */
(() => {
  "use strict";
  const root = document.querySelector("[data-lineage]");
  if (!root || !window.cytoscape || !window.dagre) return;

  const WIDTH = 190;
  const HEAD = 30;
  const ROW = 22;
  const MANY = 1200;
  const TEXT = 24;
  const began = performance.now();
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const host = root.querySelector("[data-lineage-host]");
  const DATA = {
    connector: "--data-8", source: "--data-5", contract: "--data-2", raw: "--data-3", vault: "--data-7",
    reference: "--data-8", step: "--data-8", conformed: "--data-1", mart: "--data-6",
    figure: "--data-4", page: "--data-7", api: "--data-7", learned_model: "--data-4",
  };

  const shorten = (text) => (text.length > TEXT ? `${text.slice(0, TEXT - 1)}…` : text);

  function readNode(item, link, extra) {
    return {
      id: extra.id,
      label: shorten(link.textContent.trim()),
      href: link.href,
      before: item.dataset.before ? item.dataset.before.split(" ") : [],
      focus: "focus" in item.dataset,
      ...extra,
    };
  }

  function readList() {
    return [...root.querySelectorAll("[data-box]")].map((item) => ({
      ...readNode(item, item.querySelector(":scope > a"), { id: item.dataset.box, kind: item.dataset.kind }),
      lines: [...item.querySelectorAll("[data-line]")].map((line) =>
        readNode(line, line.querySelector("a"), { id: line.dataset.line, kind: item.dataset.kind }),
      ),
    }));
  }

  /* Tables are laid out, columns stand inside them in their order. */
  function layOut(boxes) {
    const graph = new dagre.graphlib.Graph();
    const owner = new Map();
    graph.setGraph({
      rankdir: "LR", nodesep: 14, ranksep: 70,
      ranker: boxes.length > 120 ? "longest-path" : "network-simplex",
    });
    graph.setDefaultEdgeLabel(() => ({}));
    boxes.forEach((box) => {
      owner.set(box.id, box.id);
      box.lines.forEach((line) => owner.set(line.id, box.id));
      graph.setNode(box.id, { width: WIDTH, height: HEAD + ROW * box.lines.length });
    });
    boxes.forEach((box) =>
      [box, ...box.lines].forEach((node) =>
        node.before.forEach((mark) => {
          const source = owner.get(mark.slice(1));
          if (source !== box.id) graph.setEdge(source, box.id);
        }),
      ),
    );
    dagre.layout(graph);
    return graph;
  }

  function elements(boxes, graph) {
    const found = [];
    boxes.forEach((box) => {
      const place = graph.node(box.id);
      const top = place.y - (HEAD + ROW * box.lines.length) / 2;
      found.push({
        group: "nodes",
        data: { id: box.id, label: box.label, href: box.href, tint: colour(DATA[box.kind] || "--data-8"),
          height: HEAD + ROW * box.lines.length, margin: box.lines.length ? HEAD - 9 : 0 },
        position: { x: place.x, y: place.y },
        classes: `box ${box.lines.length ? "open" : ""} ${box.focus ? "focus" : ""}`,
      });
      box.lines.forEach((line, at) =>
        found.push({
          group: "nodes",
          data: { id: line.id, label: line.label, href: line.href },
          position: { x: place.x, y: top + HEAD + ROW * at + ROW / 2 - 3 },
          classes: `line ${line.focus ? "focus" : ""}`,
        }),
      );
    });
    boxes.forEach((box) =>
      [box, ...box.lines].forEach((node) =>
        node.before.forEach((mark) =>
          found.push({
            group: "edges",
            data: { id: `${mark}-${node.id}`, source: mark.slice(1), target: node.id },
            classes: mark[0] === "v" ? "value" : "rows",
          }),
        ),
      ),
    );
    return found;
  }

  function paint(plain) {
    const font = getComputedStyle(document.body).fontFamily;
    const curve = plain ? "haystack" : "bezier";
    return [
      { selector: "node", style: { shape: "round-rectangle", label: "data(label)", "font-family": font, "font-size": 12,
        color: colour("--ink"), "text-valign": "center", "min-zoomed-font-size": 7, "events": "yes" } },
      { selector: ".box", style: { width: WIDTH, height: "data(height)", "background-color": colour("--paper"),
        "border-width": 1.5, "border-color": "data(tint)", "font-weight": 600, "z-index": 1 } },
      { selector: ".open", style: { "text-valign": "top", "text-margin-y": "data(margin)" } },
      { selector: ".line", style: { width: WIDTH - 12, height: ROW - 4, "background-color": colour("--paper-sunk"),
        "border-width": 0, "font-size": 11, "z-index": 2 } },
      { selector: ".focus", style: { "background-color": colour("--seal-wash"), "border-color": colour("--seal"), "border-width": 2 } },
      { selector: "edge", style: { "curve-style": curve, width: 1.2, "line-color": colour("--rule-strong"), opacity: 0.6,
        "target-arrow-shape": plain ? "none" : "triangle", "target-arrow-color": colour("--rule-strong"), "arrow-scale": 0.7 } },
      { selector: ".value", style: { "line-color": colour("--data-1"), "target-arrow-color": colour("--data-1"), opacity: 0.8 } },
      { selector: ".rows", style: { "line-style": plain ? "solid" : "dashed" } },
      { selector: ".dim", style: { opacity: 0.12 } },
    ];
  }

  /* What leads to a box and away from it stays bright while the pointer is over it. */
  function light(cy, node) {
    const near = node.union(node.predecessors()).union(node.successors());
    cy.elements().addClass("dim");
    near.removeClass("dim");
    near.nodes(".line").forEach((line) => cy.getElementById(line.data("box")).removeClass("dim"));
  }

  function draw() {
    const boxes = readList();
    if (!boxes.length) return;
    const all = elements(boxes, layOut(boxes));
    const plain = all.length > MANY;
    host.hidden = false;
    const cy = window.cytoscape({
      container: host, elements: all, style: paint(plain), layout: { name: "preset" },
      minZoom: 0.02, maxZoom: 2.5, boxSelectionEnabled: false,
      autoungrabify: true, hideEdgesOnViewport: plain, textureOnViewport: plain,
    });
    cy.fit(undefined, 16);
    if (cy.zoom() > 1) cy.zoom(1), cy.center();
    const focus = cy.nodes(".focus");
    if (focus.length && cy.zoom() < 0.45) cy.zoom(0.7), cy.center(focus);
    cy.on("tap", "node", (event) => location.assign(event.target.data("href")));
    cy.on("mouseover", "node", (event) => {
      host.classList.add("lineage-hover");
      if (!plain) light(cy, event.target);
    });
    cy.on("mouseout", "node", () => {
      host.classList.remove("lineage-hover");
      if (!plain) cy.elements().removeClass("dim");
    });
    tools(cy);
    cy.one("render", () => {
      host.dataset.drawn = String(Math.round(performance.now() - began));
    });
    cy.forceRender();
  }

  function tools(cy) {
    const bar = root.querySelector("[data-lineage-tools]");
    const by = (factor) => () =>
      cy.zoom({ level: cy.zoom() * factor, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
    bar.hidden = false;
    bar.querySelector("[data-lineage-fit]").addEventListener("click", () => cy.fit(undefined, 16));
    bar.querySelector("[data-lineage-in]").addEventListener("click", by(1.3));
    bar.querySelector("[data-lineage-out]").addEventListener("click", by(1 / 1.3));
  }

  draw();
})();
