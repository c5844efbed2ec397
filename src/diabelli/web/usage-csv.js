// The usage data as CSV: a row for each step, a column for each number and for the images of each name.

const COLUMNS = ["requests", "images", "errors", "seconds", "queued_p50_ms", "queued_p95_ms", "store_peak_bytes"];

// A text from a client must not become a formula in a spreadsheet.
const safe = (text) => (/^\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text);
const cell = (value) => (value === null ? "" : `"${String(value).replaceAll('"', '""')}"`);

export function usageCsv(stats) {
  const names = stats.names.map((one) => cell(safe(`images of ${one.name ?? `no ${stats.by}`}`)));
  const head = ["time_utc", ...COLUMNS, ...names].join(",");
  const rows = stats.times.map((time, place) => [
    new Date(time * 1000).toISOString(),
    ...COLUMNS.map((name) => stats[name][place] ?? ""),
    ...stats.names.map((one) => one.images[place]),
  ].join(","));
  return `${[head, ...rows].join("\n")}\n`;
}
