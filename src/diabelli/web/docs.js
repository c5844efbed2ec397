// The viewer of the OpenAPI document, in the colours of the system, with snippets in three languages and
// the pictures of a reply.

import { requestSnippet } from "./docs-snippets.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
const applyTheme = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", applyTheme);
applyTheme();

const LANGUAGES = {
  curl: { title: "curl", syntax: "bash" },
  python: { title: "Python", syntax: "python" },
  javascript: { title: "JavaScript", syntax: "javascript" },
};

// Return the addresses of the pictures in a JSON reply. The policy allows data: and this server's URLs.
function picturesOf(content) {
  let reply;
  try {
    reply = JSON.parse(content);
  } catch {
    return [];
  }
  const kind = reply.output_format ?? "png";
  return (Array.isArray(reply.data) ? reply.data : []).flatMap((item) => {
    if (item.b64_json) return [`data:image/${kind};base64,${item.b64_json}`];
    return item.url ? [new URL(item.url).pathname.replace(/^.*\/results\//, "results/") + new URL(item.url).search] : [];
  });
}

const plugin = (system) => ({
  fn: Object.fromEntries(Object.keys(LANGUAGES).map((name) => (
    [`requestSnippetGenerator_${name}`, (request) => requestSnippet(name, request.toJS())]))),
  wrapComponents: {
    responseBody: (Original) => (props) => {
      const { createElement } = system.React;
      const images = picturesOf(props.content).map((src, place) => (
        createElement("img", { key: src, src, alt: `Variation ${place + 1} of the reply`, className: "reply-picture" })));
      return createElement("div", null, createElement("div", { className: "reply-pictures" }, images), createElement(Original, props));
    },
  },
});

// Names, landmarks and heading levels that the viewer leaves out.
const MISSING = [
  [".information-container", { role: "region", "aria-label": "About" }],
  [".scheme-container", { role: "region", "aria-label": "Server and key" }],
  ["#servers", { "aria-label": "Server" }],
  [".examples-select-element", { "aria-label": "Example" }],
  [".opblock-tag, .models > h4", { role: "heading", "aria-level": "2" }],
  [".opblock h4", { role: "heading", "aria-level": "3" }],
];

function addMissing() {
  for (const [selector, attributes] of MISSING) {
    for (const one of document.querySelectorAll(selector)) {
      for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
    }
  }
  for (const field of document.querySelectorAll("[data-property-name] :is(select, input)")) {
    field.setAttribute("aria-label", field.closest("[data-property-name]").dataset.propertyName);
  }
}
new MutationObserver(addMissing).observe(document.getElementById("docs"), { childList: true, subtree: true });

window.SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#docs",
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  validatorUrl: null,
  requestSnippetsEnabled: true,
  requestSnippets: { generators: LANGUAGES, defaultExpanded: true, languages: Object.keys(LANGUAGES) },
  plugins: [plugin],
  onComplete: () => { document.body.dataset.ready = ""; },
});
