// Airflow keeps the chosen theme in localStorage under "theme": light, dark or system.
"use strict";
(() => {
  const follow = () => {
    let theme = null;
    try {
      theme = window.localStorage.getItem("theme");
    } catch {
      // No storage in this frame: the browser's own preference decides.
    }
    if (theme === "light" || theme === "dark") {
      document.documentElement.dataset.theme = theme;
    } else {
      delete document.documentElement.dataset.theme;
    }
  };
  follow();
  window.addEventListener("storage", follow);
})();
