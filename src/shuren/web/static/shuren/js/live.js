// While a page stands open, what it shows of copies is asked for again every few seconds; where
// anything changed, that part of the page is fetched anew. Without script, reloading does the same.
const LIVE_EVERY = 2000;
const LIVE_FOR = 15 * 60 * 1000;
const liveSince = Date.now();
let liveTag = "";

function liveParts() {
  return [...document.querySelectorAll("[data-live]")].filter((part) => part.dataset.live);
}

function liveWatched() {
  const watched = new Map();
  for (const part of liveParts()) {
    for (const pair of part.dataset.live.split(" ")) {
      const cut = pair.lastIndexOf("=");
      watched.set(pair.slice(0, cut), pair.slice(cut + 1));
    }
  }
  return watched;
}

async function liveRenew() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const parts = new Map(
    [...fresh.querySelectorAll("[data-live-id]")].map((part) => [part.dataset.liveId, part]),
  );
  for (const part of liveParts()) {
    const other = parts.get(part.dataset.liveId);
    if (!other || other.dataset.live === part.dataset.live) continue;
    if (!part.contains(document.activeElement)) {
      part.replaceWith(document.importNode(other, true));
      continue;
    }
    // Buttons are not taken from under the fingers; the badges are renewed.
    const [badges, newer] = [part, other].map((one) => one.querySelector(".book-places"));
    if (badges && newer) badges.replaceWith(document.importNode(newer, true));
    part.dataset.live = other.dataset.live;
  }
}

async function liveLook() {
  if (Date.now() - liveSince > LIVE_FOR) return;
  if (!document.hidden) {
    const watched = liveWatched();
    if (!watched.size) return;
    try {
      const query = [...watched.keys()].map((id) => `t=${encodeURIComponent(id)}`).join("&");
      const headers = { Accept: "application/json" };
      // The library says in a word that nothing moved since its last answer.
      if (liveTag) headers["If-None-Match"] = liveTag;
      const answer = await fetch(`/find/now/?${query}`, { headers, cache: "no-store" });
      if (answer.ok) {
        const now = await answer.json();
        if ([...watched].some(([id, was]) => id in now && now[id] !== was)) await liveRenew();
        liveTag = answer.headers.get("ETag") || "";
      }
    } catch {
      // The next look may reach the library again.
    }
  }
  setTimeout(liveLook, LIVE_EVERY);
}

if (liveParts().length) setTimeout(liveLook, LIVE_EVERY);
