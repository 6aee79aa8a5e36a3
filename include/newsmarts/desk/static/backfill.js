// A box that ticks all days of a group, and a button that shows how many days are chosen. Works without, too.
"use strict";
(() => {
  const button = document.querySelector("[data-chosen]");
  if (!button) return;
  const allowed = !button.disabled;
  const boxes = (root) => [...root.querySelectorAll("input[name=day]")];
  const tell = () => {
    const count = boxes(document).filter((box) => box.checked).length;
    button.textContent = count === 1 ? "Start 1 chosen day" : `Start ${count} chosen days`;
    button.disabled = !allowed || count === 0;
    button.closest("[data-bar]").hidden = count === 0;
    for (const group of document.querySelectorAll("[data-group]")) {
      const all = group.querySelector("[data-all]");
      if (!all) continue;
      const ticked = boxes(group).filter((box) => box.checked).length;
      all.checked = ticked === boxes(group).length;
      all.indeterminate = ticked > 0 && !all.checked;
    }
  };
  for (const group of document.querySelectorAll("[data-group]")) {
    if (boxes(group).length < 2) continue;
    const label = document.createElement("label");
    const all = document.createElement("input");
    all.type = "checkbox";
    all.dataset.all = "";
    all.disabled = !allowed;
    all.addEventListener("change", () => {
      for (const box of boxes(group)) box.checked = all.checked;
      tell();
    });
    label.append(all, " all of them");
    label.className = "all";
    group.querySelector(".chooser").prepend(label);
  }
  document.addEventListener("change", tell);
  tell();
})();
