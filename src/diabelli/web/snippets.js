// Code snippets that reproduce a request exactly, seed included.

import { base, hasKey } from "./api.js";

const MODEL = "dall-e-2";

function split(options) {
  const published = { n: Number(options.n), size: options.size };
  if (options.model && options.model !== MODEL) published.model = options.model;
  const extensions = { strength: Number(options.strength), seed: options.seed, output_format: options.output_format };
  return { published, extensions };
}

const KEY = "$DIABELLI_API_KEY";
const quoted = (value) => (typeof value === "number" ? String(value) : JSON.stringify(value));
// Seeds are numeric text of up to 19 digits, written as number literals.
const literal = (name, value) => (name === "seed" ? value : quoted(value));

function curl(options) {
  const { published, extensions } = split(options);
  const fields = Object.entries({ ...published, ...extensions }).map(([name, value]) => `-F ${name}=${value}`);
  const key = hasKey() ? [`-H "Authorization: Bearer ${KEY}"`] : [];
  return [`curl ${base()}/v1/images/variations`, ...key, "-F image=@source.png", ...fields].join(" \\\n  ");
}

function python(options) {
  const { published, extensions } = split(options);
  const known = Object.entries(published).map(([name, value]) => `    ${name}=${quoted(value)},\n`);
  const extra = Object.entries(extensions).map(([name, value]) => `"${name}": ${literal(name, value)}`);
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

function javascript(options) {
  const { published, extensions } = split(options);
  // A JavaScript number would round a long seed, so it is passed as a string.
  const fields = Object.entries({ ...published, ...extensions })
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

// options: n, size, strength, seed, model and output_format, all set.
export const snippet = (language, options) => WRITERS[language](options);
