// Addresses of the dashboard's pages, read and written through the History API.

import { useEffect, useState } from "preact/hooks";

export type Route =
  | { page: "floor" }
  | { page: "session"; id: string }
  | { page: "campaigns" }
  | { page: "campaign"; id: string }
  | { page: "experiments" }
  | { page: "experiment"; id: string }
  | { page: "offers" }
  | { page: "recommendations" }
  | { page: "quality" }
  | { page: "system" }
  | { page: "definitions" }
  | { page: "missing" };

const ROOT = "/dashboard";

/** Reads a path such as `/dashboard/sessions/ID`; what it does not know is `missing`. */
export function parseRoute(path: string): Route {
  if (path !== ROOT && !path.startsWith(`${ROOT}/`)) return { page: "missing" };
  const parts = path.slice(ROOT.length).split("/").filter(Boolean);
  const [first, second] = parts;
  if (first === undefined) return { page: "floor" };
  if (parts.length > 2) return { page: "missing" };
  const id = second === undefined ? undefined : decoded(second);
  if (first === "sessions") return id === undefined ? { page: "floor" } : { page: "session", id };
  if (first === "campaigns") return id === undefined ? { page: "campaigns" } : { page: "campaign", id };
  if (first === "experiments") return id === undefined ? { page: "experiments" } : { page: "experiment", id };
  if (first === "offers" && id === undefined) return { page: "offers" };
  if (first === "definitions" && id === undefined) return { page: "definitions" };
  if (first === "recommendations" && id === undefined) return { page: "recommendations" };
  if (first === "quality" && id === undefined) return { page: "quality" };
  if (first === "system" && id === undefined) return { page: "system" };
  return { page: "missing" };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const paths = {
  floor: `${ROOT}/`,
  campaigns: `${ROOT}/campaigns`,
  experiments: `${ROOT}/experiments`,
  offers: `${ROOT}/offers`,
  recommendations: `${ROOT}/recommendations`,
  quality: `${ROOT}/quality`,
  system: `${ROOT}/system`,
  definitions: `${ROOT}/definitions`,
  session: (id: string): string => `${ROOT}/sessions/${encodeURIComponent(id)}`,
  campaign: (id: string): string => `${ROOT}/campaigns/${encodeURIComponent(id)}`,
  experiment: (id: string): string => `${ROOT}/experiments/${encodeURIComponent(id)}`,
  definition: (id: string): string => `${ROOT}/definitions#${id}`,
};

/** Returns a question to ask before leaving, or `null` when nothing would be lost. */
type LeaveGuard = () => string | null;

let leaveGuard: LeaveGuard | null = null;
const listeners = new Set<() => void>();

/** Sets the one guard of the page on show; pass `null` to lift it. */
export function guardLeaving(guard: LeaveGuard | null): void {
  leaveGuard = guard;
}

/** Goes to a page unless its guard asks and the answer is no. */
export function navigate(path: string): void {
  const question = leaveGuard?.();
  if (question && !window.confirm(question)) return;
  leaveGuard = null;
  history.pushState(null, "", path);
  window.scrollTo(0, 0);
  for (const tell of listeners) tell();
}

/** Changes the query of the page on show without a new history entry. */
export function replaceQuery(query: URLSearchParams): void {
  const text = query.toString();
  history.replaceState(null, "", `${location.pathname}${text ? `?${text}` : ""}`);
}

/** Follows the address bar, and turns clicks on the dashboard's own links into page changes without a reload. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.pathname));
  useEffect(() => {
    const read = (): void => setRoute(parseRoute(location.pathname));
    const click = (event: MouseEvent): void => {
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      const link = event.target instanceof Element ? event.target.closest("a") : null;
      if (!link || link.target || link.origin !== location.origin || parseRoute(link.pathname).page === "missing") return;
      // A place on this page is the browser's to find.
      if (link.hash && link.pathname === location.pathname) return;
      event.preventDefault();
      navigate(link.pathname + link.search + link.hash);
    };
    listeners.add(read);
    addEventListener("popstate", read);
    document.addEventListener("click", click);
    return () => {
      listeners.delete(read);
      removeEventListener("popstate", read);
      document.removeEventListener("click", click);
    };
  }, []);
  return route;
}
