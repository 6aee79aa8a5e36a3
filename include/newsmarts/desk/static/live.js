// Keeps the part of a page that is marked data-live up to date, until the server no longer marks it.
"use strict";
(() => {
  const PAUSE_MS = 3000;
  const look = async () => {
    const part = document.querySelector("[data-live]");
    if (!part) return;
    try {
      const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = answer.ok && page.getElementById(part.id);
      if (fresh && fresh.outerHTML !== part.outerHTML) part.replaceWith(document.adoptNode(fresh));
    } catch {
      // The server is away for a moment: the next look may find it.
    }
    window.setTimeout(look, PAUSE_MS);
  };
  window.setTimeout(look, PAUSE_MS);
})();
