// Tables as CSV that is safe to open: quoted where needed, and nothing that a spreadsheet would take for a formula.

export type Field = string | number | boolean | null | undefined;

/** One field by RFC 4180. Text that begins like a formula gets an apostrophe before it; numbers stay numbers. */
export function csvField(value: Field): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "string") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

/** Lines with a heading, each ended as the format asks. */
export function csvText(heading: readonly string[], rows: readonly (readonly Field[])[]): string {
  return [heading, ...rows].map((row) => `${row.map(csvField).join(",")}\r\n`).join("");
}

/** Hands a text to the browser as a file. */
export function download(name: string, text: string, type = "text/csv"): void {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken it over by the next turn.
  setTimeout(() => URL.revokeObjectURL(address), 0);
}
