/* The lineage picture stands in the page, laid out by the server; this adds what a hand needs.
 *
 * [data-lineage]        the component; data-columns, where columns come from that are drawn later
 * [data-lineage-host]   scrolls; data-drawn tells when the picture stood, in ms since it was asked for
 * [data-box]            a table: a <g> whose first <rect> is its frame; data-room, for how many columns
 * [data-node]           a link: a box or a column, by number
 * path[data-from|-to]   a curve between two of them
 */
(() => {
  "use strict";
  const root = document.querySelector("[data-lineage]");
  const host = root?.querySelector("[data-lineage-host]");
  const svg = host?.querySelector("svg");
  if (!svg) return;

  const SVG = "http://www.w3.org/2000/svg";
  const HEAD = 30;
  const ROW = 22;
  const READABLE = 0.9; // smaller letters cannot be read
  const NEAR = 0.5; // from here on columns are drawn
  const SMALLEST = 0.05;
  const LARGEST = 2.5;
  const { width, height } = svg.viewBox.baseVal;
  let scale = 1;

  const whole = () => Math.min((host.clientWidth - 2) / width, (host.clientHeight - 2) / height);

  function zoom(wanted, at = { x: host.clientWidth / 2, y: host.clientHeight / 2 }) {
    const next = Math.max(Math.min(SMALLEST, whole()), Math.min(LARGEST, wanted));
    const x = (host.scrollLeft + at.x) / scale;
    const y = (host.scrollTop + at.y) / scale;
    scale = next;
    svg.setAttribute("width", width * scale);
    svg.setAttribute("height", height * scale);
    host.scrollLeft = x * scale - at.x;
    host.scrollTop = y * scale - at.y;
  }

  function show(group) {
    const frame = group.getBBox();
    host.scrollLeft = (frame.x + frame.width / 2) * scale - host.clientWidth / 2;
    host.scrollTop = (frame.y + Math.min(frame.height, 200) / 2) * scale - host.clientHeight / 2;
  }

  function tools() {
    const bar = root.querySelector("[data-lineage-tools]");
    bar.hidden = false;
    bar.querySelector("[data-lineage-fit]").addEventListener("click", () => zoom(Math.min(1, whole())));
    bar.querySelector("[data-lineage-in]").addEventListener("click", () => zoom(scale * 1.3));
    bar.querySelector("[data-lineage-out]").addEventListener("click", () => zoom(scale / 1.3));
    host.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const edge = host.getBoundingClientRect();
      const at = { x: event.clientX - edge.left, y: event.clientY - edge.top };
      zoom(scale * Math.exp(-event.deltaY / 300), at);
    }, { passive: false });
  }

  /* The picture can be pushed about; a push is not a click. */
  function pushing() {
    let held = null;
    let pushed = false;
    host.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "mouse" || event.button !== 0) return;
      held = { x: event.clientX + host.scrollLeft, y: event.clientY + host.scrollTop };
      pushed = false;
    });
    window.addEventListener("pointermove", (event) => {
      if (!held) return;
      const left = held.x - event.clientX;
      const top = held.y - event.clientY;
      pushed ||= Math.abs(left - host.scrollLeft) + Math.abs(top - host.scrollTop) > 5;
      if (pushed) host.scrollTo(left, top);
    });
    window.addEventListener("pointerup", () => (held = null));
    svg.addEventListener("dragstart", (event) => event.preventDefault());
    svg.addEventListener("click", (event) => {
      if (pushed) event.preventDefault();
      pushed = false;
    }, true);
  }

  /* What leads to a box and away from it stays bright while the pointer is over it. */
  function lighting() {
    const links = { from: new Map(), to: new Map() };
    let lit = [];
    const note = (path) => {
      for (const [side, other] of [["from", "to"], ["to", "from"]]) {
        const at = path.dataset[side];
        if (!links[side].has(at)) links[side].set(at, []);
        links[side].get(at).push([path, path.dataset[other]]);
      }
    };
    svg.querySelectorAll("path").forEach(note);
    const follow = (start, side, found) => {
      const open = [...start];
      const seen = new Set(open);
      while (open.length) {
        for (const [path, other] of links[side].get(open.pop()) || []) {
          found.add(path);
          const node = svg.querySelector(`[data-node="${other}"]`);
          if (node) found.add(node.closest("[data-box]"));
          if (!seen.has(other)) seen.add(other), open.push(other);
        }
      }
    };
    const dark = () => {
      lit.forEach((one) => one.classList.remove("lit"));
      lit = [];
      svg.classList.remove("lineage-dim");
    };
    svg.addEventListener("mouseover", (event) => {
      const node = event.target.closest("[data-node]");
      dark();
      if (!node) return;
      const box = node.closest("[data-box]");
      const own = node.dataset.node === box.dataset.box
        ? [...box.querySelectorAll("[data-node]")].map((one) => one.dataset.node)
        : [node.dataset.node];
      const found = new Set([box]);
      follow(own, "from", found);
      follow(own, "to", found);
      lit = [...found];
      lit.forEach((one) => one.classList.add("lit"));
      svg.classList.add("lineage-dim");
    });
    svg.addEventListener("mouseleave", dark);
    return note;
  }

  function made(name, attributes, text) {
    const found = document.createElementNS(SVG, name);
    Object.entries(attributes).forEach(([key, value]) => found.setAttribute(key, value));
    if (text !== undefined) found.textContent = text;
    return found;
  }

  /* Columns that come later stand in their boxes once these are seen from near. */
  function follow(columns, note) {
    const curves = svg.querySelector("[data-lineage-curves]");
    const drawn = new Map();
    const waiting = new Map(); // column not drawn yet → what is made of it
    const open = new Map([...svg.querySelectorAll("[data-box]")]
      .filter((group) => columns[group.dataset.box])
      .map((group) => [group, group.querySelector("rect")]));
    const number = (frame, name) => Number(frame.getAttribute(name));
    const curve = (mark, id) => {
      const [from, to] = [drawn.get(mark.slice(1)), drawn.get(id)];
      const bend = Math.max(24, Math.min(110, Math.abs(to.x - from.x - from.width) / 2));
      const [x, y] = [from.x + from.width, from.y + ROW / 2 - 2];
      const path = made("path", {
        class: mark[0], "data-from": mark.slice(1), "data-to": id,
        d: `M${x} ${y}C${x + bend} ${y} ${to.x - bend} ${to.y + ROW / 2 - 2} ${to.x} ${to.y + ROW / 2 - 2}`,
      });
      curves.append(path);
      note(path);
    };
    const draw = (group, frame) => {
      const [x, y, width] = ["x", "y", "width"].map((name) => number(frame, name));
      columns[group.dataset.box].forEach(([id, label, name, marks], at) => {
        const place = { x: x + 6, y: y + HEAD + ROW * at, width: width - 12 };
        const href = `${root.dataset.nodeUrl}?node=${encodeURIComponent(name)}`;
        const link = made("a", { class: "lineage-line", href, tabindex: -1, "data-node": id });
        link.append(
          made("rect", { ...place, height: ROW - 4, rx: 3 }),
          made("text", { x: place.x + 11, y: place.y + 14 }, label),
        );
        group.append(link);
        drawn.set(id, place);
        (marks ? marks.split(" ") : []).forEach((mark) => {
          const source = mark.slice(1);
          if (drawn.has(source)) curve(mark, id);
          else waiting.set(source, [...(waiting.get(source) || []), [mark, id]]);
        });
      });
      columns[group.dataset.box].forEach(([id]) => {
        (waiting.get(id) || []).forEach(([mark, other]) => curve(mark, other));
        waiting.delete(id);
      });
    };
    const look = () => {
      if (scale < NEAR) return;
      const seen = {
        left: host.scrollLeft / scale, right: (host.scrollLeft + host.clientWidth) / scale,
        top: host.scrollTop / scale, bottom: (host.scrollTop + host.clientHeight) / scale,
      };
      open.forEach((frame, group) => {
        const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => number(frame, name));
        if (x > seen.right || x + width < seen.left || y > seen.bottom || y + height < seen.top) return;
        open.delete(group);
        draw(group, frame);
      });
    };
    let soon;
    const later = () => {
      clearTimeout(soon);
      soon = setTimeout(look, 80);
    };
    host.addEventListener("scroll", later, { passive: true });
    new ResizeObserver(later).observe(svg);
    look();
    host.dataset.columns = "there";
  }

  const begin = Math.max(READABLE, Math.min(1, whole()));
  if (begin < 1) zoom(begin, { x: 0, y: 0 });
  const focus = svg.querySelector(".lineage-focus");
  if (focus) show(focus.closest("[data-box]"));
  else host.scrollTop = (height * scale - host.clientHeight) / 2;
  tools();
  pushing();
  const note = lighting();
  const said = new MessageChannel(); // heard after the picture is painted
  said.port1.onmessage = () => {
    host.dataset.drawn = String(Math.round(performance.now()));
    if (!root.dataset.columns) return;
    fetch(root.dataset.columns, { headers: { Accept: "application/json" } })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
      .then((columns) => follow(columns, note))
      .catch(() => (host.dataset.columns = "missing"));
  };
  requestAnimationFrame(() => said.port2.postMessage(0));
})();
