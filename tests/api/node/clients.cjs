// Drives OpenAI's package for node against a server and prints what came back, as JSON.
// Usage: node clients.cjs FOLDER_WITH_NODE_MODULES BASE_URL KEYED_BASE_URL PICTURE

const fs = require("node:fs");
const { createRequire } = require("node:module");
const path = require("node:path");

const [folder, baseURL, keyedURL, picture] = process.argv.slice(2);
const bring = createRequire(path.join(folder, "package.json"));
const OpenAI = bring("openai");
const { Stream } = bring("openai/streaming");
const client = new OpenAI({ apiKey: "any", baseURL, timeout: 20000 });
const keyed = new OpenAI({ apiKey: "sk-proj-wrong-key-9900", baseURL: keyedURL });
const small = { size: "256x256", response_format: "b64_json" };
const stream = () => fs.createReadStream(picture);
const vary = (more) => client.images.createVariation({ image: stream(), ...small, ...more });

const cases = {
  stream: () => vary({ n: 2, model: "dall-e-2", user: "user-1" }),
  toFile: async () => vary({ image: await OpenAI.toFile(fs.readFileSync(picture)) }),
  url: () => client.images.createVariation({ image: stream() }),
  nulls: () => vary({ n: "null", model: "null", user: undefined }),
  extensions: () => vary({ strength: 0.35, seed: 7 }),
  rawBuffer: () => vary({ image: fs.readFileSync(picture) }),
  tooMany: () => vary({ n: 11 }),
  unknownModel: () => vary({ model: "dall-e-9" }),
  wrongSize: () => vary({ size: "1x1" }),
  events,
  fault: () => vary({ model: "broken" }),
  wrongKey: () => keyed.images.createVariation({ image: stream() }),
  models: async () => ({ ids: (await client.models.list()).data.map((model) => model.id) }),
  unknownModelPage: () => client.models.retrieve("dall-e-9"),
};

async function events() {
  const response = await client.images.createVariation({ image: stream(), ...small, n: 2, stream: true }).asResponse();
  const types = [];
  for await (const event of Stream.fromSSEResponse(response, new AbortController())) {
    // Version 4 hands out { event, data }.
    types.push(event.type ?? event.data.type);
  }
  return { types };
}

async function outcome(run) {
  const started = Date.now();
  try {
    return { reply: await run(), ms: Date.now() - started };
  } catch (error) {
    const { status, code, param, type, message } = error;
    const requestId = error.requestID ?? error.request_id ?? null;
    return { name: error.constructor.name, status, code, param, type, message, requestId, ms: Date.now() - started };
  }
}

(async () => {
  const outcomes = {};
  for (const [name, run] of Object.entries(cases)) outcomes[name] = await outcome(run);
  console.log(JSON.stringify(outcomes));
})();
