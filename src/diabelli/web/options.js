// What is wanted: the form's values, as the API takes them.

import { byId, storageOf, strengthName } from "./dom.js";

const storage = storageOf("localStorage");
const FIELDS = ["n", "size", "strength", "seed", "model", "format"];

export const readWish = () => ({
  n: byId("n").value,
  size: byId("size").value,
  strength: byId("strength").value,
  seed: byId("seed").value.trim(),
  model: byId("model").value,
  output_format: byId("format").value,
});

export function showModels(names) {
  const kept = byId("model").value;
  byId("model").replaceChildren(...names.map((name) => new Option(name, name, false, name === kept)));
}

function tellStrength() {
  const { value } = byId("strength");
  const words = strengthName(value);
  byId("strength-says").textContent = words;
  byId("strength").setAttribute("aria-valuetext", words);
}

// The form is remembered from one visit to the next, but for the seed.
function recall() {
  const kept = JSON.parse(storage.getItem("diabelli.wish") ?? "{}");
  // The names that the server has come later.
  if (kept.model) byId("model").replaceChildren(new Option(kept.model));
  for (const name of FIELDS) if (kept[name] && name !== "seed") byId(name).value = kept[name];
}

function remember() {
  const values = Object.fromEntries(FIELDS.map((name) => [name, byId(name).value]));
  storage.setItem("diabelli.wish", JSON.stringify(values));
}

export function wireWish(make) {
  recall();
  tellStrength();
  byId("strength").oninput = tellStrength;
  for (const mark of document.querySelectorAll("[data-strength]")) {
    mark.onclick = () => {
      byId("strength").value = mark.dataset.strength;
      tellStrength();
      remember();
    };
  }
  byId("wish").onsubmit = (event) => {
    event.preventDefault();
    make();
  };
  byId("wish").onchange = remember;
  // Behind the fold the browser could not say what is wrong.
  byId("seed").oninvalid = () => (byId("seed").closest("details").open = true);
}
