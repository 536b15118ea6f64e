import type { Hello, Page } from "./protocol.generated.js";
import type { Environment } from "./environment.js";
import type { Outbox } from "./outbox.js";
import type { Shelf } from "./storage.js";
/** Keeps what is not acknowledged; `left`: the page is going away. */
export declare const saveQueue: (environment: Environment, shelf: Shelf, stream: string, page: Page, outbox: Outbox, left: boolean) => void;
/**
 * Delivers abandoned copies under their own streams and numbers, so that nothing counts twice even if it arrives twice. One tab does it at
 * a time: tabs of different visits would each be believed. `repeat` says again what the shopper agrees to.
 */
export declare const adoptQueues: (environment: Environment, shelf: Shelf, endpoint: string, hello: () => Hello, repeat: () => void) => Promise<void>;
