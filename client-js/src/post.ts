// `POST /v1/events`: frames over plain HTTP, for the fallback, for leaving pages and for queues left by dead pages.

import type { ClientFrame, Hello } from "./protocol.generated.js";
import type { Environment } from "./environment.js";
import { guarded } from "./environment.js";

export interface Parcel {
  /** Opens the stream; needed until there is a token. */
  readonly hello?: Hello;
  /** Names the stream that was opened. */
  readonly resume?: string;
  readonly frames: readonly ClientFrame[];
}

/** All keepalive requests of a page share 64 KiB. */
export const PARCEL_BYTES = 48 * 1024;

// Only a type that needs no preflight arrives from a page that is going away.
const TYPE = "text/plain";

/** Hands a parcel to the browser for delivery after the page is gone. `false`: not accepted. */
export const beacon = ({ window }: Environment, endpoint: string, parcel: Parcel): boolean =>
  guarded(() => window.navigator.sendBeacon(endpoint + "/v1/events", new window.Blob([JSON.stringify(parcel)], { type: TYPE }))) ?? false;

export interface Answer {
  /** The status of HTTP; 0 where there was no answer. */
  readonly status: number;
  /** The JSON of the answer, if it has one. */
  readonly body?: unknown;
  /** When the engine wants to see us again, milliseconds. */
  readonly retryMs?: number;
}

/** Delivers a parcel and gives the answer. Never throws. */
export const post = async ({ window }: Environment, endpoint: string, parcel: Parcel): Promise<Answer> => {
  try {
    const response = await window.fetch(endpoint + "/v1/events", {
      method: "POST",
      body: JSON.stringify(parcel),
      headers: { "content-type": TYPE },
      credentials: "omit",
    });
    const { status } = response;
    const retryMs = Number(response.headers.get("retry-after") ?? 0) * 1_000 || undefined;
    const text = await response.text();
    return { status, body: guarded(() => JSON.parse(text) as unknown), retryMs };
  } catch {
    return { status: 0 };
  }
};
