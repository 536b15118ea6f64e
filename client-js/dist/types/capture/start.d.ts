import type { Capture, Event } from "../protocol.generated.js";
import type { Environment } from "../environment.js";
import type { captureExit } from "./exit.js";
export interface Capturing {
    configure(wanted: Capture): void;
    /** A new page view: depths count from the top again. */
    restart(): void;
    /** Gives what watches for leaving; nobody leaves before it can be loaded. */
    furnish(watch: typeof captureExit): void;
}
/** Begins with `limit`, which is also the most that `configure` can turn on. */
export declare const startCapture: (environment: Environment, limit: Capture, record: (event: Event) => void) => Capturing;
