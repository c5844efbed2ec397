// The list of keys, opened by the key `?` or its button.

import { byId } from "./dom.js";

const isTyping = (target) => target.matches?.("input:not([type=range]), select, textarea");

export function wireHelp() {
  const dialog = byId("help");
  byId("help-open").onclick = () => dialog.showModal();
  byId("help-close").onclick = () => dialog.close();
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close();
  };
  addEventListener("keydown", (event) => {
    if (event.key !== "?" || isTyping(event.target) || event.ctrlKey || event.metaKey || dialog.open) return;
    event.preventDefault();
    dialog.showModal();
  });
}
