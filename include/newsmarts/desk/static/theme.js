// Airflow keeps the chosen theme in localStorage under "theme": light, dark or system. Data Docs, in which no script
// runs, get it from the server, which has it from a cookie.
"use strict";
(() => {
  const follow = () => {
    let theme = null;
    try {
      theme = window.localStorage.getItem("theme");
    } catch {
      // No storage in this frame: the browser's own preference decides.
    }
    const chosen = theme === "light" || theme === "dark";
    if (chosen) {
      document.documentElement.dataset.theme = theme;
    } else {
      delete document.documentElement.dataset.theme;
    }
    document.cookie = `news_desk_theme=${chosen ? theme : ""}; path=/; samesite=strict`;
  };
  follow();
  window.addEventListener("storage", follow);
})();
