// The source: taken by drop, paste, pick or drag, cropped, and where it came from.

import { Refusal } from "./api.js";
import { cropBox, startCrop } from "./crop.js";
import { inWords } from "./errors.js";
import { filled, fingerprint, opened, squared } from "./picture.js";
import { blobAt, byId, say, urlOf } from "./dom.js";

// Enough for twice as many pixels as the page's own in the room that there is.
const SHOWN_SIDE = 640;

let picture = null;
let parent = null;
let boxWas = "";
let current = null;

export const sourceError = (words) => (byId("source-error").textContent = words);

// What goes wrong with a source is told beside it. Resolves with whether nothing did.
export async function heard(work) {
  try {
    await work;
  } catch (fault) {
    sourceError(inWords(fault));
    return false;
  }
  return true;
}

// Take a file as the source and show it. Raises a Refusal for one that cannot be shown.
export async function take(file, name, from = null) {
  picture = await opened(file, name);
  parent = from;
  current = null;
  present();
}

function present() {
  sourceError("");
  document.body.classList.remove("fresh");
  byId("empty").hidden = true;
  byId("chosen").hidden = byId("wish").hidden = false;
  // What is going to be cropped is drawn, and no file shown: of an animation only one picture is used.
  filled(byId("crop-picture"), picture.bitmap, SHOWN_SIDE);
  byId("crop-picture").setAttribute("aria-label", `The source: ${picture.name}`);
  byId("source-says").textContent = `${picture.name}, ${picture.width}\u00a0×\u00a0${picture.height}`;
  startCrop(picture);
  say(`${picture.name} is the source`);
}

// Have no source any more, as on a first visit.
export function release() {
  picture = current = null;
  document.body.classList.add("fresh");
  byId("empty").hidden = false;
  byId("chosen").hidden = byId("wish").hidden = true;
}

// What is sent: { id, name, picture, side, parent }, the same one until the crop box moves.
export async function currentSource() {
  if (!picture) throw new Refusal("Choose a picture first.");
  const box = cropBox();
  if (!current || boxWas !== JSON.stringify(box)) {
    const png = await squared(picture, box);
    current = { id: await fingerprint(png), name: picture.name, picture: png, side: box.side, parent };
    boxWas = JSON.stringify(box);
  }
  return current;
}

// Go back to a source that was sent before.
export async function choose(source) {
  await take(source.picture, source.name, source.parent);
  current = source;
  boxWas = JSON.stringify(cropBox());
}

// The first source's name, and how often it was varied.
export function variedName(source, sources) {
  let [depth, first] = [1, source];
  for (let at = source; at?.parent; at = sources.get(at.parent.source)) {
    depth += 1;
    first = sources.get(at.parent.source) ?? first;
  }
  const often = depth === 1 ? "" : depth === 2 ? " twice" : ` ${depth} times`;
  return `${first.name}, varied${often}`;
}

// The way from the first source to this one, as pictures to walk back on.
export function showTrail(sources) {
  const steps = [];
  for (let at = current; at && steps.length < 50; at = sources.get(at.parent?.source)) steps.unshift(at);
  byId("trail").hidden = steps.length < 2;
  byId("trail").querySelector("ol").replaceChildren(...steps.map((step, place) => {
    const image = Object.assign(document.createElement("img"), { src: urlOf(step.picture), alt: "" });
    const button = Object.assign(document.createElement("button"), { type: "button" });
    button.append(image);
    button.setAttribute("aria-label", place ? `Step ${place}: ${step.name}` : `The first source, ${step.name}`);
    if (step === current) button.setAttribute("aria-current", "step");
    button.onclick = () => heard(choose(step).then(() => showTrail(sources)));
    const item = document.createElement("li");
    item.append(button);
    return item;
  }));
}

// Wire every way in. `taken` is called with a file and its name.
export function wireSource(taken) {
  const files = (list) => [...(list ?? [])].find((file) => file.type.startsWith("image/")) ?? list?.[0];
  const give = (file) => file && taken(file, file.name && file.name !== "image.png" ? file.name : "pasted picture");
  byId("pick").onclick = byId("other").onclick = () => byId("file").click();
  byId("file").onchange = (event) => {
    const [file] = event.target.files;
    if (file) taken(file, file.name);
    event.target.value = "";
  };
  addEventListener("paste", (event) => give(files(event.clipboardData?.files)));
  wireDrops((list) => give(files(list)), taken);
}

// Files may be dropped anywhere. A picture of the page itself is dropped on the source, so that one
// that was dragged by accident starts nothing.
function wireDrops(give, taken) {
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
      await dragged(event.dataTransfer.getData("text/uri-list"), taken);
    }
  });
}

async function dragged(address, taken) {
  const own = blobAt(address);
  if (own) return taken(own, "dragged picture");
  const response = await fetch(address, { credentials: "omit" }).catch(() => null);
  const other = response?.ok && (await response.blob().catch(() => null));
  if (other) await taken(other, "dragged picture");
  else sourceError("That picture cannot be read from here: save it, and drop the file.");
}
