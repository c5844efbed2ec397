// The options form: its values as the API accepts them, restored from one visit to the next.

import { byId, storageOf, strengthName } from "./dom.js";

const storage = storageOf("localStorage");
const FIELDS = ["n", "size", "strength", "seed", "model", "format"];

export const readOptions = () => ({
  n: byId("n").value,
  size: byId("size").value,
  strength: byId("strength").value,
  seed: byId("seed").value.trim(),
  model: byId("model").value,
  output_format: byId("format").value,
});

let models = [];

export function showModels(listed) {
  models = listed;
  const selected = byId("model").value;
  byId("model").replaceChildren(...models.map(({ id }) => new Option(id, id, false, id === selected)));
  showModelNote();
}

// Show the costs and limits of the selected model.
function showModelNote() {
  const model = models.find(({ id }) => id === byId("model").value) ?? {};
  const notes = [
    model.paid && "Each picture of this model costs money, also a cancelled one.",
    model.strength === "ignored" && "The strength has no effect.",
    model.seed === "ignored" && "The seed has no effect.",
    model.shutdown_date && `The model ends on ${model.shutdown_date}.`,
  ];
  byId("model-note").textContent = notes.filter(Boolean).join(" ");
}

function showStrengthName() {
  const { value } = byId("strength");
  const name = strengthName(value);
  byId("strength-name").textContent = name;
  byId("strength").setAttribute("aria-valuetext", name);
}

// Restore the saved values, except the seed. "diabelli.wish" is the key of earlier versions.
function restore() {
  const saved = JSON.parse(storage.getItem("diabelli.options") ?? storage.getItem("diabelli.wish") ?? "{}");
  // The server's model names arrive later.
  if (saved.model) byId("model").replaceChildren(new Option(saved.model));
  for (const name of FIELDS) if (saved[name] && name !== "seed") byId(name).value = saved[name];
}

function save() {
  const values = Object.fromEntries(FIELDS.map((name) => [name, byId(name).value]));
  storage.setItem("diabelli.options", JSON.stringify(values));
}

export function wireOptions(make) {
  restore();
  showStrengthName();
  byId("strength").oninput = showStrengthName;
  for (const mark of document.querySelectorAll("[data-strength]")) {
    mark.onclick = () => {
      byId("strength").value = mark.dataset.strength;
      showStrengthName();
      save();
    };
  }
  byId("options").onsubmit = (event) => {
    event.preventDefault();
    make();
  };
  byId("options").onchange = () => {
    save();
    showModelNote();
  };
  // The browser cannot show its message on a field inside closed details.
  byId("seed").oninvalid = () => (byId("seed").closest("details").open = true);
}
