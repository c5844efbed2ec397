// Drives the package @stable-canvas/comfyui-client against a server; prints the outcomes as JSON.
// Usage: node --experimental-websocket comfyui.mjs FOLDER_WITH_NODE_MODULES HOST WORKFLOW PICTURE

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [folder, host, workflowFile, picture] = process.argv.slice(2);
const bring = createRequire(path.join(folder, "package.json"));
const { Client } = bring("@stable-canvas/comfyui-client");
const workflow = JSON.parse(readFileSync(workflowFile, "utf8"));
const client = new Client({ api_host: host, clientId: "a-client", fetch, WebSocket });

const form = new FormData();
form.append("image", new Blob([readFileSync(picture)], { type: "image/png" }), "a.png");
const uploaded = await (await fetch(`http://${host}/upload/image`, { method: "POST", body: form })).json();

const polled = await client.enqueue_polling(workflow);
await client.connect();
const steps = [];
workflow["3"].inputs.seed += 1;
const listened = await client.enqueue(workflow, { progress: (step) => steps.push(step.value) });
const broken = structuredClone(workflow);
delete broken["3"].inputs.seed;
let refusal = "";
try {
  await client.enqueue_polling(broken);
} catch (error) {
  refusal = String(error.message);
}
const stats = await client.getSystemStats();
const history = await client.getHistory();
client.close();

const names = (output) => output.images.map((image) => image.data);
console.log(
  JSON.stringify({
    uploaded,
    polled: names(polled),
    listened: names(listened),
    steps,
    refusal,
    version: stats.system.comfyui_version,
    history: history.History.length,
  }),
);
process.exit(0);
