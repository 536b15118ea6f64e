import type { Environment } from "./environment.js";
import type { Transport, TransportEvents } from "./transport.js";
export declare const openStream: (environment: Environment, endpoint: string, events: TransportEvents) => Transport;
