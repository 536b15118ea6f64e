import type { Floorwalker } from "./api.js";
export declare const createInert: () => Floorwalker;
