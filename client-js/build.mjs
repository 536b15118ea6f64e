// Builds every file of dist/. Sources that do not exist are skipped, so the library can be built alone.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { rolldown } from "rolldown";

const here = import.meta.dirname ?? new URL(".", import.meta.url).pathname;
process.chdir(here);

const targets = [
  { input: "src/global.ts", file: "dist/floorwalker.js", format: "iife" },
  { input: "src/more.ts", file: "dist/floorwalker-more.js", format: "es", minify: true },
  { input: "src/index.ts", file: "dist/index.js", format: "es" },
  { input: "src/testing.ts", file: "dist/testing.js", format: "es" },
  { input: "demo/shop.ts", file: "dist/shop.js", format: "iife" },
  ...["dashboard/main.tsx", "dashboard/main.ts"].map((input) => ({ input, file: "dist/dashboard.js", format: "iife" })),
];

for (const { input, file, format, minify = format === "iife" } of targets.filter(({ input }) => existsSync(input))) {
  const bundle = await rolldown({
    input,
    platform: "browser",
    transform: { target: "es2022", define: { "process.env.NODE_ENV": '"production"' } },
  });
  // The npm entry stays readable, in two chunks: whoever imports it minifies it with the rest.
  const output = input === "src/index.ts" ? { dir: "dist", chunkFileNames: (chunk) => (chunk.isDynamicEntry ? "more.js" : "shared.js") } : { file, codeSplitting: false };
  await bundle.write({ ...output, format, minify, comments: !minify });
  await bundle.close();
  console.log(file);
}

const { resolve: find } = createRequire(import.meta.url);

/** A stylesheet with its imports put in their places. */
function style(file) {
  return readFileSync(file, "utf8").replace(/^@import "([^"]+)";\n/gm, (_, name) => {
    const imported = name.startsWith(".") ? resolve(dirname(file), name) : find(name);
    return `${style(imported)}\n`;
  });
}

writeFileSync("dist/dashboard.css", style("dashboard/dashboard.css"));
console.log("dist/dashboard.css");

for (const entry of ["index", "testing"]) rmSync(`dist/${entry}.d.ts`, { force: true });
rmSync("dist/types", { recursive: true, force: true });
const tsc = find("typescript/bin/tsc");
execFileSync(process.execPath, [tsc, "-p", "tsconfig.types.json"], { stdio: "inherit" });
