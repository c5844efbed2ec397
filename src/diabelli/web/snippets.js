// A request as code that makes the very same pictures: parameters, seed and all.

import { base, hasKey } from "./api.js";

const MODEL = "dall-e-2";

function split(wish) {
  const published = { n: Number(wish.n), size: wish.size };
  if (wish.model && wish.model !== MODEL) published.model = wish.model;
  const ours = { strength: Number(wish.strength), seed: wish.seed, output_format: wish.output_format };
  return { published, ours };
}

const KEY = "$DIABELLI_API_KEY";
const quoted = (value) => (typeof value === "number" ? String(value) : JSON.stringify(value));
// Whole numbers of any length, written as numbers.
const literal = (name, value) => (name === "seed" ? value : quoted(value));

function curl(wish) {
  const { published, ours } = split(wish);
  const fields = Object.entries({ ...published, ...ours }).map(([name, value]) => `-F ${name}=${value}`);
  const key = hasKey() ? [`-H "Authorization: Bearer ${KEY}"`] : [];
  return [`curl ${base()}/v1/images/variations`, ...key, "-F image=@source.png", ...fields].join(" \\\n  ");
}

function python(wish) {
  const { published, ours } = split(wish);
  const known = Object.entries(published).map(([name, value]) => `    ${name}=${quoted(value)},\n`);
  const extra = Object.entries(ours).map(([name, value]) => `"${name}": ${literal(name, value)}`);
  const key = hasKey() ? 'os.environ["DIABELLI_API_KEY"]' : '"any"';
  return `${hasKey() ? "import os\n" : ""}from pathlib import Path

from openai import OpenAI

client = OpenAI(base_url="${base()}/v1", api_key=${key})
reply = client.images.create_variation(
    image=Path("source.png"),
${known.join("")}    extra_body={${extra.join(", ")}},
)
for item in reply.data:
    print(item.url)`;
}

function javascript(wish) {
  const { published, ours } = split(wish);
  // A number of JavaScript would round a long seed.
  const fields = Object.entries({ ...published, ...ours })
    .map(([name, value]) => `  ${name}: ${name === "seed" ? JSON.stringify(value) : quoted(value)},\n`);
  const key = hasKey() ? "process.env.DIABELLI_API_KEY" : '"any"';
  return `import fs from "node:fs";
import OpenAI from "openai";

const client = new OpenAI({ baseURL: "${base()}/v1", apiKey: ${key} });
const reply = await client.images.createVariation({
  image: fs.createReadStream("source.png"),
${fields.join("")}});
console.log(reply.data.map((item) => item.url));`;
}

const WRITERS = { curl, python, javascript };

// wish: n, size, strength, seed, model and output_format, all of them set.
export const snippet = (language, wish) => WRITERS[language](wish);
