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
  if (!root || !window.cytoscape) return;

  const WIDTH = 190;
  const HEAD = 30;
  const ROW = 22;
  const MANY = 1200;
  const TEXT = 24;
  const FEW = 60; // boxes that the finer layout is quick enough for
  const NEAR = 0.5; // from here on columns can be read
  const AT_ONCE = 1500;
  const theme = getComputedStyle(document.documentElement);
  const colour = (name) => theme.getPropertyValue(name).trim();
  const host = root.querySelector("[data-lineage-host]");
  const DATA = {
    connector: "--data-8", source: "--data-5", contract: "--data-2", raw: "--data-3", vault: "--data-7",
    reference: "--data-8", step: "--data-8", conformed: "--data-1", mart: "--data-6",
    figure: "--data-4", indicator: "--data-4", page: "--data-7", api: "--data-7", dataset: "--data-7", learned_model: "--data-4",
  };

  const shorten = (text) => (text.length > TEXT ? `${text.slice(0, TEXT - 1)}…` : text);

  const before = (text) => (text ? text.split(" ") : []);

  function readNode(item, link, extra) {
    return {
      id: extra.id,
      label: shorten(link.textContent.trim()),
      href: link.href,
      before: before(item.dataset.before),
      focus: "focus" in item.dataset,
      ...extra,
    };
  }

  function readList() {
    return [...root.querySelectorAll("[data-box]")].map((item) => {
      const kind = item.dataset.kind;
      const lines = [...item.querySelectorAll("[data-line]")].map((line) =>
        readNode(line, line.querySelector("a"), { id: line.dataset.line, kind }),
      );
      const room = Number(item.dataset.room) || lines.length;
      return {
        ...readNode(item, item.querySelector(":scope > a"), { id: item.dataset.box, kind }),
        lines, room, height: HEAD + ROW * room,
      };
    });
  }

  /* Tables are laid out, columns stand inside them in their order: {box: the boxes before it}. */
  function beforeEach(boxes) {
    const owner = new Map();
    boxes.forEach((box) => [box, ...box.lines].forEach((node) => owner.set(node.id, box.id)));
    return new Map(boxes.map((box) => [box.id, new Set(
      [box, ...box.lines].flatMap((node) => node.before.map((mark) => owner.get(mark.slice(1))))
        .filter((id) => id !== undefined && id !== box.id),
    )]));
  }

  function layOut(boxes) {
    const links = beforeEach(boxes);
    return window.dagre && boxes.length <= FEW ? finely(boxes, links) : inRanks(boxes, links);
  }

  function finely(boxes, links) {
    const graph = new dagre.graphlib.Graph();
    graph.setGraph({ rankdir: "LR", nodesep: 14, ranksep: 70 });
    graph.setDefaultEdgeLabel(() => ({}));
    boxes.forEach((box) => graph.setNode(box.id, { width: WIDTH, height: box.height }));
    links.forEach((sources, id) => sources.forEach((source) => graph.setEdge(source, id)));
    dagre.layout(graph);
    return new Map(boxes.map((box) => [box.id, graph.node(box.id)]));
  }

  /* A rank is right of all it is made from; within a rank by where that stands. */
  function inRanks(boxes, links) {
    const rank = rankOf(boxes, links);
    const ranks = [];
    boxes.forEach((box) => (ranks[rank.get(box.id)] ||= []).push(box));
    const area = boxes.reduce((sum, box) => sum + (box.height + 14) * (WIDTH + 70), 0);
    const tallest = Math.max(900, Math.sqrt(area));
    const place = new Map();
    let x = 0;
    ranks.forEach((own) => {
      const pull = new Map(own.map((box) => {
        const ys = [...links.get(box.id)].map((id) => place.get(id)?.y).filter((y) => y !== undefined);
        return [box.id, ys.length ? ys.reduce((sum, y) => sum + y, 0) / ys.length : 0];
      }));
      own.sort((one, other) => pull.get(one.id) - pull.get(other.id));
      const total = own.reduce((sum, box) => sum + box.height + 14, 0);
      const high = total / Math.ceil(total / tallest);
      for (let at = 0; at < own.length; x += WIDTH + 30) {
        const stack = [];
        let height = 0;
        while (at < own.length && (!stack.length || height + own[at].height / 2 < high)) {
          height += own[at].height + 14;
          stack.push(own[at++]);
        }
        let y = -height / 2;
        stack.forEach((box) => {
          place.set(box.id, { x, y: y + box.height / 2 });
          y += box.height + 14;
        });
      }
      x += 60;
    });
    return place;
  }

  function rankOf(boxes, links) {
    const rank = new Map();
    const open = new Set();
    const find = (id) => {
      if (rank.has(id)) return rank.get(id);
      if (open.has(id)) return 0; // a circle
      open.add(id);
      let found = 0;
      links.get(id).forEach((source) => (found = Math.max(found, find(source) + 1)));
      open.delete(id);
      rank.set(id, found);
      return found;
    };
    boxes.forEach((box) => find(box.id));
    const nearest = new Map(); // what is made from nothing stands next to what is made of it
    links.forEach((sources, id) => sources.forEach((source) =>
      nearest.set(source, Math.min(nearest.get(source) ?? Infinity, rank.get(id)))));
    boxes.forEach((box) => {
      if (!links.get(box.id).size && nearest.has(box.id)) rank.set(box.id, nearest.get(box.id) - 1);
    });
    return rank;
  }

  function lineNode(box, place, line, at) {
    return {
      group: "nodes",
      data: { id: line.id, label: line.label, href: line.href, box: box.id },
      position: { x: place.x, y: place.y - box.height / 2 + HEAD + ROW * at + ROW / 2 - 3 },
      classes: `line ${line.focus ? "focus" : ""}`,
    };
  }

  const edge = (mark, id) => ({
    group: "edges",
    data: { id: `${mark}-${id}`, source: mark.slice(1), target: id },
    classes: mark[0] === "v" ? "value" : "rows",
  });

  function elements(boxes, places) {
    const found = [];
    boxes.forEach((box) => {
      const place = places.get(box.id);
      found.push({
        group: "nodes",
        data: { id: box.id, label: box.label, href: box.href, height: box.height, margin: box.room ? HEAD - 9 : 0 },
        position: { x: place.x, y: place.y },
        classes: `box ${box.kind} ${box.room ? "open" : ""} ${box.focus ? "focus" : ""}`,
      });
      box.lines.forEach((line, at) => found.push(lineNode(box, place, line, at)));
    });
    boxes.forEach((box) =>
      [box, ...box.lines].forEach((node) => node.before.forEach((mark) => found.push(edge(mark, node.id)))),
    );
    return found;
  }

  /* Columns that come later stand in their boxes once these are seen from near. */
  function follow(cy, boxes, places, columns) {
    const shown = new Set();
    const waiting = new Map(); // column not drawn yet → [what is made of it, as an edge]
    const open = new Set(boxes.filter((box) => columns[box.id]));
    const show = () => {
      if (cy.zoom() < NEAR) return;
      const seen = cy.extent();
      const added = [];
      for (const box of open) {
        const place = places.get(box.id);
        const apart = place.x + WIDTH < seen.x1 || place.x - WIDTH > seen.x2
          || place.y + box.height / 2 < seen.y1 || place.y - box.height / 2 > seen.y2;
        if (apart) continue;
        if (added.length > AT_ONCE) {
          setTimeout(show, 50);
          break;
        }
        open.delete(box);
        const edges = [];
        columns[box.id].forEach(([id, label, name, marks], at) => {
          const href = `${root.dataset.nodeUrl}?node=${encodeURIComponent(name)}`;
          added.push(lineNode(box, place, { id, label: shorten(label), href }, at));
          shown.add(id);
          before(marks).forEach((mark) => {
            const source = mark.slice(1);
            if (shown.has(source) || cy.getElementById(source).nonempty()) edges.push(edge(mark, id));
            else waiting.set(source, [...(waiting.get(source) || []), edge(mark, id)]);
          });
        });
        columns[box.id].forEach(([id]) => edges.push(...(waiting.get(id) || [])));
        added.push(...edges);
      }
      if (added.length) cy.add(added.sort((one, other) => (one.group > other.group ? -1 : one.group < other.group ? 1 : 0)));
    };
    let soon;
    cy.on("viewport", () => {
      clearTimeout(soon);
      soon = setTimeout(show, 80);
    });
    show();
    host.dataset.columns = "there";
  }

  function paint(plain) {
    const font = getComputedStyle(document.body).fontFamily;
    const curve = plain ? "haystack" : "bezier";
    return [
      { selector: "node", style: { shape: "round-rectangle", label: "data(label)", "font-family": font, "font-size": 12,
        color: colour("--ink"), "text-valign": "center", "min-zoomed-font-size": 7, "events": "yes" } },
      { selector: ".box", style: { width: WIDTH, height: "data(height)", "background-color": colour("--paper"),
        "border-width": 1.5, "border-color": colour("--data-8"), "font-weight": 600, "z-index": 1 } },
      ...Object.entries(DATA).map(([kind, name]) => ({ selector: `.${kind}`, style: { "border-color": colour(name), "background-color": colour(name), "background-opacity": 0.22 } })),
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
    const places = layOut(boxes);
    const all = elements(boxes, places);
    const plain = all.length > MANY || "columns" in root.dataset;
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
      host.dataset.drawn = String(Math.round(performance.now())); // since the page was asked for
      if (root.dataset.columns)
        fetch(root.dataset.columns, { headers: { Accept: "application/json" } })
          .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
          .then((columns) => follow(cy, boxes, places, columns))
          .catch(() => (host.dataset.columns = "missing"));
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
