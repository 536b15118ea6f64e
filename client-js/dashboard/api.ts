// Requests to `/admin/v1`: every answer is a value, never an exception, and a 401 anywhere closes the dashboard.

export type Answer<T> = { kind: "ok"; value: T } | { kind: "refused"; status: number; message: string; body: unknown };

const ROOT = "/admin/v1";

let onUnauthorized: () => void = () => {};

/** Says what happens when the server no longer knows this browser. */
export function whenUnauthorized(tell: () => void): void {
  onUnauthorized = tell;
}

async function request<T>(path: string, init: RequestInit): Promise<Answer<T>> {
  let response: Response;
  try {
    response = await fetch(ROOT + path, { credentials: "same-origin", ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return { kind: "refused", status: -1, message: "", body: null };
    return { kind: "refused", status: 0, message: "The server does not answer.", body: null };
  }
  if (response.status === 401) onUnauthorized();
  const text = await response.text().catch(() => "");
  let body: unknown = null;
  try {
    body = text ? JSON.parse(text) : null;
  } catch {
    body = null;
  }
  if (response.ok) return { kind: "ok", value: body as T };
  return { kind: "refused", status: response.status, message: messageOf(body) ?? `The server answered ${response.status}.`, body };
}

/** The sentence in a refusal: `{error: {code, message}}`, or a text under either name. */
function messageOf(body: unknown): string | null {
  if (typeof body === "string") return body;
  if (typeof body !== "object" || body === null) return null;
  return messageOf(Reflect.get(body, "message")) ?? messageOf(Reflect.get(body, "error"));
}

/** Reads one resource. */
export function get<T>(path: string, signal?: AbortSignal): Promise<Answer<T>> {
  return request<T>(path, signal ? { signal } : {});
}

/** Changes something. A string goes out as TOML, anything else as JSON. */
export function send<T>(method: "POST" | "PUT", path: string, body?: unknown, signal?: AbortSignal): Promise<Answer<T>> {
  const headers: Record<string, string> = { "x-floorwalker-csrf": "1" };
  const init: RequestInit = { method, headers };
  if (typeof body === "string") {
    headers["content-type"] = "application/toml";
    init.body = body;
  } else if (body !== undefined) {
    headers["content-type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  if (signal) init.signal = signal;
  return request<T>(path, init);
}
