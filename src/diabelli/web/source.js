// The source picture: drop, paste, file dialog and drag, the crop box, and the trail of ancestors.

import { ApiError } from "./api.js";
import { cropBox, startCrop } from "./crop.js";
import { errorMessage } from "./errors.js";
import { applyRecipe } from "./options.js";
import { drawScaled, fingerprint, openPicture, encodeAgain, encodeSquare } from "./picture.js";
import { readRecipe } from "./recipe.js";
import { blobAt, byId, announce, strengthName, urlOf } from "./dom.js";

// Longer side of the preview canvas, in pixels: the layout's width at a device pixel ratio of 2.
const SHOWN_SIDE = 640;
// Files above this size are not stored with their crop box: after a reload the crop cannot be changed.
const MAX_ORIGINAL_BYTES = 32e6;

let picture = null;
let parent = null;
let lastBox = "";
let current = null;

// Show an error beside the source, which a phone may have scrolled away; "" removes it.
export function showSourceError(message) {
  byId("source-error").textContent = message;
  if (message) byId("source-error").scrollIntoView({ block: "nearest" });
}

// Show an error of `work` beside the source. Resolves with whether `work` succeeded.
export async function reportErrors(work) {
  try {
    await work;
  } catch (error) {
    showSourceError(errorMessage(error));
    return false;
  }
  return true;
}

// Set a file as the source and show it, with its saved crop box if there is one. Throws ApiError if the
// browser cannot decode it.
export async function setSource(file, name, from = null, box = null) {
  picture = await openPicture(file, name);
  parent = from;
  current = null;
  showSource(box);
  await showRecipe(from ? null : file);
}

// Offer the recipe of a picture that Diabelli made.
async function showRecipe(file) {
  const recipe = file && (await readRecipe(file));
  byId("recipe").hidden = !recipe;
  if (!recipe) return;
  const { engine, version, seed, strength } = recipe;
  byId("recipe-text").textContent = `Diabelli made this picture: ${engine} ${version}, seed ${seed}, strength ${strengthName(strength)}.`;
  byId("recipe-use").onclick = () => applyRecipe(recipe);
}

function showSource(box) {
  showSourceError("");
  document.body.classList.remove("fresh");
  byId("chosen").hidden = byId("make").hidden = false;
  // The pressed button disappears: without this, the focus would go to the top of the page.
  if (byId("empty").contains(document.activeElement)) byId("make").focus({ preventScroll: true });
  byId("empty").hidden = true;
  byId("batch").hidden = true;
  // Draw the bitmap that will be cropped: of an animation only its first frame is used.
  drawScaled(byId("crop-picture"), picture.bitmap, SHOWN_SIDE);
  byId("crop-picture").setAttribute("aria-label", `The source: ${picture.name}`);
  byId("source-name").textContent = byId("source-name").title = picture.name;
  byId("source-size").textContent = `, ${picture.width}\u00a0×\u00a0${picture.height}`;
  startCrop(picture, box);
  announce(`${picture.name} is the source`);
}

// Clear the source, as on a first visit.
export function clearSource() {
  picture = current = null;
  document.body.classList.add("fresh");
  byId("empty").hidden = false;
  byId("chosen").hidden = byId("make").hidden = true;
}

// Return the source to send, as history.js describes it. Cached until the crop box moves.
export async function currentSource() {
  if (!picture) throw new ApiError("Choose a picture first.");
  // Another file may be chosen while this one is encoded.
  const [opened, from, box] = [picture, parent, cropBox()];
  if (current && lastBox === JSON.stringify(box)) return current;
  const png = await encodeSquare(opened, box);
  const isWhole = opened.width === opened.height && box.side === opened.width;
  const crop = !isWhole && opened.file.size <= MAX_ORIGINAL_BYTES ? { original: opened.file, box } : {};
  const source = { id: await fingerprint(png), name: opened.name, picture: png, side: box.side, parent: from, ...crop };
  if (picture === opened) [current, lastBox] = [source, JSON.stringify(box)];
  return source;
}

// Return the source as a PNG of the browser's encoder, for a server that refuses the file itself.
export async function sourceEncodedAgain(source) {
  const { bitmap, width } = await openPicture(source.picture, source.name);
  const png = await encodeAgain(bitmap, { x: 0, y: 0, side: width });
  const encoded = { ...source, id: await fingerprint(png), picture: png };
  if (current === source) current = encoded;
  return encoded;
}

// Restore a source of an earlier run.
export async function restoreSource(source) {
  if (source.original) await setSource(source.original, source.name, source.parent, source.box);
  else await setSource(source.picture, source.name, source.parent);
  current = source;
  lastBox = JSON.stringify(cropBox());
}

// Return the name of the first source and the number of variation steps since.
export function variationName(source, sources) {
  let [depth, first] = [1, source];
  for (let at = source; at?.parent; at = sources.get(at.parent.source)) {
    depth += 1;
    first = sources.get(at.parent.source) ?? first;
  }
  const often = depth === 1 ? "" : depth === 2 ? " twice" : ` ${depth} times`;
  return `${first.name}, varied${often}`;
}

// Show the sources from the first one to the current one, as buttons that restore them.
export function showTrail(sources) {
  const steps = [];
  for (let at = current; at && steps.length < 50; at = sources.get(at.parent?.source)) steps.unshift(at);
  byId("trail").hidden = steps.length < 2;
  byId("trail").querySelector("ol").replaceChildren(...steps.map((step, place) => {
    const image = Object.assign(document.createElement("img"), { src: urlOf(step.picture), alt: "" });
    const button = Object.assign(document.createElement("button"), { type: "button" });
    button.append(image);
    button.setAttribute("aria-label", place ? `Step ${place}: ${step.name}` : `The first source, ${step.name}`);
    if (step.id === current.id) button.setAttribute("aria-current", "step");
    button.onclick = () => reportErrors(restoreSource(step).then(() => showTrail(sources)));
    const item = document.createElement("li");
    item.append(button);
    return item;
  }));
}

// Wire file dialog, paste and drop. `onFiles` is called with a list of { file, name }.
export function wireSource(onFiles) {
  const nameOf = (file) => (file.name && file.name !== "image.png" ? file.name : "pasted picture");
  const give = (list) => {
    // Files of any type: browsers have no type for HEIC, and files that cannot be shown are reported.
    const files = [...(list ?? [])];
    if (files.length) onFiles(files.map((file) => ({ file, name: nameOf(file) })));
  };
  byId("pick").onclick = byId("other").onclick = () => byId("file").click();
  byId("file").onchange = (event) => {
    const files = [...event.target.files];
    if (files.length) onFiles(files.map((file) => ({ file, name: file.name })));
    event.target.value = "";
  };
  addEventListener("paste", (event) => give(event.clipboardData?.files));
  wireDrops(give, (file, name) => onFiles([{ file, name }]));
}

// Files may be dropped anywhere. A picture of this page must be dropped on the source, so that an
// accidental drag starts nothing.
function wireDrops(give, onFile) {
  let depth = 0;
  const drop = (shown) => (byId("drop").hidden = !shown);
  const has = (event, kind) => [...event.dataTransfer.types].includes(kind);
  const onSource = (event) => has(event, "text/uri-list") && event.target.closest?.("#side");
  addEventListener("dragenter", (event) => has(event, "Files") && drop(++depth > 0));
  addEventListener("dragleave", (event) => has(event, "Files") && drop((depth = Math.max(0, depth - 1)) > 0));
  addEventListener("dragover", (event) => (has(event, "Files") || onSource(event)) && event.preventDefault());
  addEventListener("drop", async (event) => {
    if (has(event, "Files")) {
      event.preventDefault();
      drop((depth = 0) > 0);
      give(event.dataTransfer.files);
    } else if (onSource(event)) {
      event.preventDefault();
      await dragged(event.dataTransfer.getData("text/uri-list"), onFile);
    }
  });
}

async function dragged(address, onFile) {
  const own = blobAt(address);
  if (own) return onFile(own, "dragged picture");
  const response = await fetch(address, { credentials: "omit" }).catch(() => null);
  const other = response?.ok && (await response.blob().catch(() => null));
  if (other) await onFile(other, "dragged picture");
  else showSourceError("That picture cannot be read from here. Save it and drop the file instead.");
}
