/* Trying the open API from its own page. Without this file the page is a reference.
 *
 * [data-api-key]     the field of the key; hidden until it is of use. Never stored.
 * [data-api-form]    one operation; data-path holds its address with {parts}
 * [data-api-answer]  where status, address and body of the answer go
 */
(() => {
  "use strict";
  const LONGEST = 20000;
  const key = document.getElementById("api-key");
  document.querySelectorAll("[data-api-key], [data-api-send]").forEach((part) => {
    part.hidden = false;
  });

  function address(form) {
    let path = form.dataset.path;
    const asked = new URLSearchParams();
    form.querySelectorAll("[data-place]").forEach((field) => {
      const value = field.value.trim();
      if (field.dataset.place === "path") {
        const kept = value.split("/").map(encodeURIComponent).join("/");
        path = path.replace(`{${field.name}}`, kept);
      } else if (value) {
        asked.append(field.name, value);
      }
    });
    const query = asked.toString();
    return query ? `${path}?${query}` : path;
  }

  async function body(answer) {
    const kind = answer.headers.get("Content-Type") || "";
    if (kind.includes("parquet")) return `(${(await answer.blob()).size} B)`;
    const text = await answer.text();
    const shown = kind.includes("json") ? JSON.stringify(JSON.parse(text), null, 2) : text;
    return shown.length > LONGEST ? `${shown.slice(0, LONGEST)}\n…` : shown;
  }

  async function send(event) {
    event.preventDefault();
    const form = event.currentTarget;
    const where = address(form);
    const headers = { "Accept-Language": document.documentElement.lang };
    if (key.value) headers.Authorization = `Bearer ${key.value.trim()}`;
    form.querySelector("[data-api-answer]").hidden = false;
    form.querySelector("[data-api-address]").textContent = where;
    const status = form.querySelector("[data-api-status]");
    status.textContent = "…";
    try {
      const answer = await fetch(where, { headers, credentials: "omit" });
      form.querySelector("[data-api-body]").textContent = await body(answer);
      status.textContent = String(answer.status);
    } catch (error) {
      status.textContent = "–";
      form.querySelector("[data-api-body]").textContent = String(error);
    }
  }

  document.querySelectorAll("[data-api-form]").forEach((form) => {
    form.addEventListener("submit", send);
  });
})();
