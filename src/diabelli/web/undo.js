// The undo bar: it names the last deletion and takes it back. It stays until it is closed or replaced.

import { announce, byId } from "./dom.js";

// Show the message; `restore` is called if the deletion is taken back.
export function offerUndo(message, restore) {
  byId("undo-message").textContent = message;
  byId("undo-bar").hidden = false;
  announce(message);
  byId("undo").onclick = async () => {
    hideUndo();
    await restore();
    announce("Restored");
  };
}

export const hideUndo = () => (byId("undo-bar").hidden = true);

export function wireUndo() {
  byId("undo-close").onclick = hideUndo;
}
