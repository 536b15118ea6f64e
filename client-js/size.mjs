// Prints the gzip size of what a shop serves and fails if the library is over its budget.

import { existsSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const budgets = { "floorwalker.js": 8_192, "floorwalker-more.js": 13_312, "dashboard.js": 120_000 };
let failed = false;
for (const file of ["floorwalker.js", "floorwalker-more.js", "shop.js", "dashboard.js", "dashboard.css"]) {
  const url = new URL(`dist/${file}`, import.meta.url);
  if (!existsSync(url)) continue;
  const bytes = readFileSync(url);
  const gzip = gzipSync(bytes, { level: 9 }).length;
  const budget = budgets[file];
  const over = budget !== undefined && gzip > budget;
  failed ||= over;
  console.log(`${file.padEnd(16)} ${String(bytes.length).padStart(8)} bytes ${String(gzip).padStart(7)} gzip${budget ? ` of ${budget}` : ""}${over ? "  OVER" : ""}`);
}
process.exit(failed ? 1 : 0);
