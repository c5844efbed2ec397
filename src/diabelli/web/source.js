// The source: taken by drop, paste, pick or drag, cropped, and where it came from.

import { Refusal } from "./api.js";
import { cropBox, startCrop } from "./crop.js";
import { fingerprint, opened, squared } from "./picture.js";
import { byId, say, urlOf } from "./page.js";

let picture = null;
let parent = null;
let boxWas = "";
let current = null;

export const sourceError = (words) => (byId("source-error").textContent = words);

// Take a file as the source and show it. Raises a Refusal for one that cannot be shown.
export async function take(file, name, from = null) {
  picture = await opened(file, name);
  parent = from;
  current = null;
  present(file);
}

function present(blob) {
  sourceError("");
  document.body.classList.remove("fresh");
  byId("empty").hidden = true;
  byId("chosen").hidden = byId("wish").hidden = false;
  byId("crop-picture").src = urlOf(blob);
  byId("crop-picture").alt = `The source: ${picture.name}`;
  byId("source-says").textContent = `${picture.name}, ${picture.width} × ${picture.height}`;
  startCrop(picture);
  say(`${picture.name} is the source`);
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
    button.onclick = () => choose(step).then(() => showTrail(sources));
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
  let depth = 0;
  const drop = (shown) => (byId("drop").hidden = !shown);
  const wanted = (event) => [...event.dataTransfer.types].some((kind) => kind === "Files" || kind === "text/uri-list");
  addEventListener("dragenter", (event) => wanted(event) && drop(++depth > 0));
  addEventListener("dragleave", (event) => wanted(event) && drop((depth = Math.max(0, depth - 1)) > 0));
  addEventListener("dragover", (event) => wanted(event) && event.preventDefault());
  addEventListener("drop", async (event) => {
    if (!wanted(event)) return;
    event.preventDefault();
    drop((depth = 0) > 0);
    const file = files(event.dataTransfer.files);
    if (file) taken(file, file.name || "dropped picture");
    else await dragged(event.dataTransfer.getData("text/uri-list"), taken);
  });
}

// A picture dragged from this page. One from elsewhere comes as a file, or cannot be read at all.
async function dragged(address, taken) {
  const response = await fetch(address, { credentials: "omit" }).catch(() => null);
  if (response?.ok) await taken(await response.blob(), "dragged picture");
  else sourceError("That picture cannot be read from here: save it, and drop the file.");
}
