// Names of a run's parts: file names, titles and alternative texts.

import { plural, strengthName } from "./dom.js";

// Return the part of a source's name that is usable in a file name.
export const stem = (name) =>
  name.replace(/\.[a-z0-9]{2,4}(?=$|,)/i, "").replace(/[^\p{L}\p{N}_.-]+/gu, "-").replace(/^[-.]+|[-.]+$/g, "").slice(0, 60) || "picture";

export function fileName(variation, run, source) {
  const strength = run.options.strengths ? `-s${variation.strength}` : "";
  return `${stem(source.name)}-${variation.seed}${strength}.${run.options.output_format}`;
}

export const strengthOf = (run, variation) => variation.strength ?? run.options.strength;

// Return the label of a variation's strength. A series has numbers only.
export function strengthLabel(run, variation) {
  const strength = strengthOf(run, variation);
  return `strength ${run.options.strengths ? strength : strengthName(strength)}`;
}

// Return how many pictures a run has when it is complete.
export const totalOf = (options) => Number(options.n) * (options.strengths?.length ?? 1);

export function titleOf(run) {
  const { options, variations, state } = run;
  const [all, ready] = [totalOf(options), variations.length];
  const some = state !== "running" && state !== "waiting" && ready && ready < all ? `${ready} of ` : "";
  if (!options.strengths) return `${some}${plural(all, "variation")}, ${strengthName(options.strength)}`;
  const rows = Number(options.n) > 1 ? `, ${options.n} seeds` : "";
  return `${some}${plural(all, "variation")}, strength ${options.strengths.join(" · ")}${rows}`;
}

// Return the alternative text of a variation.
export function describe(run, source, variation, expired) {
  const place = `Variation ${variation.index + 1} of ${totalOf(run.options)}`;
  const kind = `${strengthName(strengthOf(run, variation))}, seed ${variation.seed}`;
  return `${place} of ${source.name}, ${kind}${expired ? ", expired" : ""}`;
}

// Return the engine that made a variation, and the model name of the request.
export const engineName = (engine, model) => (engine && engine !== model ? `${engine} (sent as ${model})` : model);
