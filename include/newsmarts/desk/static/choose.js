// One box that chooses all rows of this screen; without script each row is chosen by itself.
"use strict";
(() => {
  const all = document.getElementById("choose-all");
  const rows = () => [...document.querySelectorAll('input[name="chosen"]')];
  if (!all) return;
  all.hidden = false;
  document.getElementById("choose-all-label").hidden = false;
  all.addEventListener("change", () => {
    for (const box of rows()) box.checked = all.checked;
  });
  document.addEventListener("change", (event) => {
    if (event.target.name !== "chosen") return;
    const chosen = rows().filter((box) => box.checked).length;
    all.checked = chosen > 0 && chosen === rows().length;
    all.indeterminate = chosen > 0 && !all.checked;
  });
})();
