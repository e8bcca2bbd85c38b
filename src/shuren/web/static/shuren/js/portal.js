// `/` goes to the search box unless something is being typed already.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
  const box = document.querySelector("input[type='search']");
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
});

// A screen that shows something for a while only asks anew by itself (the check-in code).
const shown = document.querySelector("[data-again]");
if (shown) setTimeout(() => location.reload(), Number(shown.dataset.again) * 1000);

// A button that copies the text of an element: shown only where it can; without it the text can be
// selected as ever.
document.querySelectorAll("[data-copy]").forEach((button) => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  const label = button.textContent;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy).textContent;
    await navigator.clipboard.writeText(text);
    button.textContent = button.dataset.done || `${label} ✓`;
    setTimeout(() => {
      button.textContent = label;
    }, 2500);
  });
});
