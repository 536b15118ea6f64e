import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

// Whatever turns text into markup or code. None is needed, so none is there, however safe its argument may be.
const SINKS =
  /\b(innerHTML|outerHTML|insertAdjacentHTML|setHTML|setHTMLUnsafe|parseHTMLUnsafe|createContextualFragment|DOMParser|srcdoc|execCommand|eval|Function)\b\s*[=(]|document\.write|javascript:|dangerouslySetInnerHTML/;
const ROOT = join(import.meta.dirname, "..");

it.each(["src", "demo", "dashboard"])("no file of %s makes markup or code of text", (folder) => {
  const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name) && !name.includes("test"));
  expect(files.length).toBeGreaterThan(0);
  const found = files.flatMap((name) =>
    readFileSync(join(ROOT, folder, name), "utf8").split("\n").flatMap((line, i) => (SINKS.test(line) ? [`${name}:${i + 1}: ${line.trim()}`] : [])),
  );
  expect(found).toEqual([]);
});
