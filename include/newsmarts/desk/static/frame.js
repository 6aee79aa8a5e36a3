// In Airflow's frame the browser's tab is Airflow's: it gets this page's title, and links to Airflow's own pages
// open there. A page that takes longer than half
// a second shows that it is loading.
"use strict";
(() => {
  const PATIENCE_MS = 500;
  const busy = document.querySelector("[data-busy]");
  let waiting = 0;
  const done = () => {
    window.clearTimeout(waiting);
    busy.hidden = true;
  };
  const leave = () => {
    done();
    waiting = window.setTimeout(() => { busy.hidden = false; }, PATIENCE_MS);
  };
  const openInAirflow = (address) => {
    try {
      if (window.parent === window) return false;
      const link = window.parent.document.createElement("a");
      link.href = address;
      link.click();
      return true;
    } catch {
      return false; // the frame is another site's
    }
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (link && link.hasAttribute("data-airflow") && openInAirflow(link.href)) {
      event.preventDefault();
      return;
    }
    const opensHere = link && !link.hasAttribute("download") && !link.target && event.button === 0;
    if (!opensHere || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
    if (new URL(link.href).pathname + new URL(link.href).search !== location.pathname + location.search) leave();
  });
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) leave();
  });
  window.addEventListener("pageshow", done);
  try {
    if (window.parent !== window) window.parent.document.title = document.title;
  } catch {
    // The frame is another site's: its title stays.
  }
})();
