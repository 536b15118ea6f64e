import type { Floorwalker } from "./api.js";
import type { Options } from "./client.js";
export type { Floorwalker, OwnEvents } from "./api.js";
export type { PageFacts } from "./capture/page.js";
export type { Options } from "./client.js";
export type { Phase } from "./connection.js";
export type { ConsentChange, Purpose } from "./consent/lattice.js";
export type { Labels } from "./labels.js";
export type * from "./protocol.generated.js";
export { VERSION } from "./version.js";
/** Connects this page to the engine. On a server, where there is no page, every call does nothing. */
export declare const createClient: (options: Options) => Floorwalker;
