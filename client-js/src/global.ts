// The script tag's entry: reads its own attributes, starts, and replays the calls made before it was loaded.

import type { Floorwalker } from "./api.js";
import type { More } from "./more.js";
import { startClient } from "./client.js";
import { browserEnvironment, guarded } from "./environment.js";
import { VERSION } from "./version.js";

type Call = readonly [name: string, ...given: unknown[]];
type Host = { floorwalker?: Floorwalker | { q?: Call[] } };

guarded(() => {
  const host = window as Host;
  const script = document.currentScript as HTMLScriptElement | null;
  const { key, endpoint, consent, capture, language } = script?.dataset ?? {};
  const early = host.floorwalker;
  // Two tags on one page must not make two visitors.
  if (!script || !key || (early && "version" in early)) return;
  const client = startClient(
    {
      key,
      endpoint: (endpoint ?? new URL(script.src, document.baseURI).origin).replace(/\/$/, ""),
      consent: consent === "granted" ? consent : undefined,
      capture: capture !== "off",
      language,
    },
    browserEnvironment(window),
    // The version keeps a cached half from meeting another release's half.
    () => import(new URL("floorwalker-more.js?v=" + VERSION, script.src).href) as Promise<More>,
  );
  host.floorwalker = client;
  for (const [name, ...given] of early?.q ?? []) {
    guarded(() => {
      const call: unknown = Object.hasOwn(client, name) && client[name as keyof Floorwalker];
      if (typeof call === "function") call(...given);
    });
  }
});
