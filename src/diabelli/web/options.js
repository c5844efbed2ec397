// The options form: its values as the API accepts them, restored from one visit to the next.

import { engineName } from "./names.js";
import { announce, byId, storageOf, strengthName } from "./dom.js";

const storage = storageOf("localStorage");
const FIELDS = ["n", "size", "strength", "seed", "model", "format", "series"];
const SERIES_STRENGTHS = [0.2, 0.4, 0.6, 0.8, 1];

// The options of a run: fields of the API, and `strengths` for a series, which is one request for each.
export const readOptions = () => ({
  ...(byId("series").value === "variations" ? {} : { strengths: SERIES_STRENGTHS }),
  n: byId("series").value === "row" ? "1" : byId("n").value,
  size: byId("size").value,
  strength: byId("strength").value,
  seed: byId("seed").value.trim(),
  model: byId("model").value,
  output_format: byId("format").value,
});

export const startsAtOnce = () => byId("at-once").checked;

let models = [];

// Show the models, with the names of the engines that earlier variations were made by.
export function showModels(listed) {
  models = listed;
  const selected = byId("model").value;
  const engines = savedEngines();
  byId("model").replaceChildren(...models.map(({ id }) => new Option(engineName(engines[id], id), id, false, id === selected)));
  showModelNote();
}

const savedEngines = () => JSON.parse(storage.getItem("diabelli.engines") ?? "{}");

// Record which engine a model name stands for.
export function learnEngine(model, engine) {
  const engines = savedEngines();
  if (!engine || engines[model] === engine) return;
  storage.setItem("diabelli.engines", JSON.stringify({ ...engines, [model]: engine }));
  if (models.length) showModels(models);
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

// Fill in the seed and the strength of a recipe.
export function applyRecipe({ seed, strength }) {
  byId("seed").value = seed;
  byId("seed").closest("details").open = true;
  byId("strength").value = strength;
  showStrengthName();
  announce(`Seed ${seed} and strength ${strengthName(strength)} are set`);
}

// A series has its own strengths, and a strength row has one seed.
function showSeries() {
  const { value } = byId("series");
  byId("strength-field").hidden = value !== "variations";
  byId("n").disabled = value === "row";
  byId("n-label").textContent = value === "grid" ? "Seeds" : "How many";
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
  byId("at-once").checked = saved.atOnce ?? true;
}

function save() {
  const values = Object.fromEntries(FIELDS.map((name) => [name, byId(name).value]));
  storage.setItem("diabelli.options", JSON.stringify({ ...values, atOnce: startsAtOnce() }));
}

export function wireOptions(make) {
  restore();
  showStrengthName();
  showSeries();
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
    showSeries();
    showModelNote();
    save();
  };
  // The browser cannot show its message on a field inside closed details.
  byId("seed").oninvalid = () => (byId("seed").closest("details").open = true);
}
