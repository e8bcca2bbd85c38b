/* Comforts of the workbench. Every page works without this file.
 *
 * [data-go=<key>]        a rail link, reached by pressing g, then the key
 * [data-shortcuts]       the dialog that `?` opens
 * [data-copy=<id>]       copies that element's text; hidden until it can
 * [data-check-all=<name>] ticks all checkboxes of that name
 * [data-suggestion]      a line: j and k go to the first and on from it, other letters press
 *                        what has that [data-key] in the line with the focus; [data-keys-hint]
 *                        says so, hidden until it can
 */
(() => {
  "use strict";
  const PATIENCE = 1200;
  let waitingSince = 0;

  // A box that is ticked, or a button, takes no letters.
  const typing = (target) =>
    target.isContentEditable ||
    /^(TEXTAREA|SELECT)$/.test(target.tagName) ||
    (target.tagName === "INPUT" && !/^(checkbox|radio|button|submit)$/.test(target.type));

  function pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const dialog = document.querySelector("[data-shortcuts]");
    if (dialog && dialog.open) return;
    if (event.key === "?" && dialog) {
      event.preventDefault();
      dialog.showModal();
      return;
    }
    if (waitingSince && event.timeStamp - waitingSince < PATIENCE && /^[a-z]$/.test(event.key)) {
      const link = document.querySelector(`[data-go="${event.key}"]`);
      if (link) location.assign(link.href);
      waitingSince = 0;
      return;
    }
    waitingSince = event.key === "g" ? event.timeStamp || 1 : 0;
    if (!waitingSince) inLines(event);
  }

  function checkAll(master) {
    const boxes = [...document.querySelectorAll(`input[name="${master.dataset.checkAll}"]`)];
    const label = master.closest("label") || master;
    label.hidden = false;
    master.addEventListener("change", () => {
      boxes.forEach((box) => {
        box.checked = master.checked;
      });
    });
    boxes.forEach((box) =>
      box.addEventListener("change", () => {
        const ticked = boxes.filter((one) => one.checked).length;
        master.checked = ticked === boxes.length;
        master.indeterminate = ticked > 0 && ticked < boxes.length;
      }),
    );
  }

  function inLines(event) {
    const lines = [...document.querySelectorAll("[data-suggestion]")];
    const line = event.target.closest("[data-suggestion]");
    const step = { j: 1, k: -1 }[event.key];
    if (step) {
      const next = line ? lines[lines.indexOf(line) + step] : lines[0];
      if (next) next.querySelector("input, a").focus();
    } else if (line) {
      const button = line.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
      if (button) button.click();
    }
  }

  if (document.querySelector("[data-suggestion]")) {
    document.querySelectorAll("[data-keys-hint]").forEach((hint) => {
      hint.hidden = false;
    });
  }
  document.addEventListener("keydown", pressed);
  document.querySelectorAll("[data-check-all]").forEach(checkAll);
  document.querySelectorAll("[data-open-shortcuts]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      document.querySelector("[data-shortcuts]").showModal();
    });
  });
})();
