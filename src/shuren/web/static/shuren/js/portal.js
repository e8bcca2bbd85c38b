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
