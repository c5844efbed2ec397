// A request of the API viewer as curl, Python and JavaScript.

const quote = (text) => `'${String(text).replaceAll("'", "'\\''")}'`;
const literal = (text) => JSON.stringify(String(text));

// Return [name, value, isFile] of each field of a form. A file is named by its name.
function fieldsOf(body) {
  return Object.entries(body ?? {}).flatMap(([name, value]) => (
    value === "" || value === undefined ? [] : [[name, value instanceof File ? value.name : value, value instanceof File]]));
}

function curl({ url, method, headers }, fields) {
  const heads = headers.map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`);
  const forms = fields.map(([name, value, isFile]) => `-F ${quote(`${name}=${isFile ? "@" : ""}${value}`)}`);
  const verb = method === "GET" || forms.length ? [] : [`-X ${method}`];
  return [`curl ${quote(url)}`, ...verb, ...heads, ...forms].join(" \\\n  ");
}

function python({ url, method, headers }, fields) {
  const files = fields.filter(([, , isFile]) => isFile).map(([name, value]) => `${literal(name)}: open(${literal(value)}, "rb")`);
  const data = fields.filter(([, , isFile]) => !isFile).map(([name, value]) => `${literal(name)}: ${literal(value)}`);
  const lines = [`    ${literal(url)},`];
  if (headers.length) lines.push(`    headers={${headers.map(([name, value]) => `${literal(name)}: ${literal(value)}`).join(", ")}},`);
  if (files.length) lines.push(`    files={${files.join(", ")}},`);
  if (data.length) lines.push(`    data={${data.join(", ")}},`);
  return `import httpx\n\nreply = httpx.${method.toLowerCase()}(\n${lines.join("\n")}\n)\nprint(reply.text)`;
}

function javascript({ url, method, headers }, fields) {
  const reads = fields.some(([, , isFile]) => isFile);
  const appends = fields.map(([name, value, isFile]) => (
    `form.append(${literal(name)}, ${isFile ? `new Blob([await readFile(${literal(value)})]), ${literal(value)}` : literal(value)});`));
  const options = [`method: ${literal(method)}`];
  if (headers.length) options.push(`headers: { ${headers.map(([name, value]) => `${literal(name)}: ${literal(value)}`).join(", ")} }`);
  if (fields.length) options.push("body: form");
  return [
    ...(reads ? ['import { readFile } from "node:fs/promises";', ""] : []),
    ...(fields.length ? ["const form = new FormData();", ...appends] : []),
    `const reply = await fetch(${literal(url)}, { ${options.join(", ")} });`,
    "console.log(await reply.text());",
  ].join("\n");
}

const WRITERS = { curl, python, javascript };

// request: the viewer's, with url, method, headers and body.
export function requestSnippet(language, request) {
  // The client sets the type of a form, with its boundary.
  const headers = Object.entries(request.headers ?? {}).filter(([name]) => !/^(accept|content-type)$/i.test(name));
  return WRITERS[language]({ url: request.url, method: request.method.toUpperCase(), headers }, fieldsOf(request.body));
}
