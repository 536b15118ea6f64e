// Light or dark: the system's choice unless this browser was told otherwise.

export type Theme = "auto" | "light" | "dark";

const KEY = "floorwalker-theme";
const ORDER: Theme[] = ["auto", "light", "dark"];

export function storedTheme(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : "auto";
  } catch {
    return "auto";
  }
}

export function restoreTheme(): void {
  show(storedTheme());
}

/** Steps to the next theme, remembers it where the browser allows, and returns it. */
export function nextTheme(): Theme {
  const current = document.documentElement.dataset["theme"];
  const next = ORDER[(ORDER.findIndex((theme) => theme === (current ?? "auto")) + 1) % ORDER.length] ?? "auto";
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Blocked storage only means that the choice lasts for this page.
  }
  show(next);
  return next;
}

function show(theme: Theme): void {
  if (theme === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  dispatchEvent(new Event("floorwalker-theme"));
}

/** Reads a color token as the browser resolved it, for canvas, which knows no custom properties. */
export function tokenColor(name: string): string {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  return color;
}

/** Calls back when the colors change, by choice or by the system. Returns how to stop. */
export function onThemeChange(listener: () => void): () => void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  addEventListener("floorwalker-theme", listener);
  system.addEventListener("change", listener);
  return () => {
    removeEventListener("floorwalker-theme", listener);
    system.removeEventListener("change", listener);
  };
}
