import { observeDataLayer } from "./capture/datalayer.js";
import { captureExit } from "./capture/exit.js";
import { watchRoutes } from "./capture/routes.js";
import { watchConsentMode } from "./consent/mode.js";
import { watchSources } from "./consent/sources.js";
import { openStream } from "./fallback.js";
import { labelsFor } from "./labels.js";
import { createDesired } from "./placements/desired.js";
import { adoptQueues, saveQueue } from "./queue.js";
export interface More {
    readonly createDesired: typeof createDesired;
    readonly labelsFor: typeof labelsFor;
    readonly captureExit: typeof captureExit;
    readonly observeDataLayer: typeof observeDataLayer;
    readonly openStream: typeof openStream;
    readonly adoptQueues: typeof adoptQueues;
    readonly saveQueue: typeof saveQueue;
    readonly watchConsentMode: typeof watchConsentMode;
    readonly watchRoutes: typeof watchRoutes;
    readonly watchSources: typeof watchSources;
}
export { adoptQueues, captureExit, createDesired, labelsFor, observeDataLayer, openStream, saveQueue, watchConsentMode, watchRoutes, watchSources };
