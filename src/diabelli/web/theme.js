// Colour scheme: the system's by default, or the one chosen here.

import { byId, announce, storageOf } from "./dom.js";

const storage = storageOf("localStorage");
const NEXT = { auto: "light", light: "dark", dark: "auto" };
const WORDS = { auto: "system", light: "light", dark: "dark" };

function set(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  storage.setItem("diabelli.theme", theme);
  byId("theme-status").textContent = `Colours: ${WORDS[theme]}`;
  byId("theme").title = `Colours: ${WORDS[theme]}`;
}

export function wireTheme() {
  set(storage.getItem("diabelli.theme") in NEXT ? storage.getItem("diabelli.theme") : "auto");
  byId("theme").onclick = () => {
    set(NEXT[storage.getItem("diabelli.theme")]);
    announce(byId("theme-status").textContent);
  };
}
