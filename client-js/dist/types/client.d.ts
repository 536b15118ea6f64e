import type { Floorwalker } from "./api.js";
import type { PageFacts } from "./capture/page.js";
import type { ConsentChange } from "./consent/lattice.js";
import type { Environment } from "./environment.js";
import type { Labels } from "./labels.js";
import type { More } from "./more.js";
export interface Options {
    /** The shop's publishable key. */
    readonly key: string;
    /** Origin of the engine, such as `https://fw.example.com`. */
    readonly endpoint: string;
    /** What the shopper agreed to before the page was rendered; default nothing. */
    readonly consent?: ConsentChange | "granted";
    /** Whether clicks, scrolling, attention, exit facts, routes and `dataLayer` are observed; default true. */
    readonly capture?: boolean;
    /** Facts about the first page; default what the markup says. */
    readonly page?: PageFacts;
    /** BCP 47: in which sentences for the shopper come; default the page's own `lang`, else the browser's, else English. */
    readonly language?: string;
    /** The library's own words; default by language. */
    readonly labels?: Partial<Labels>;
}
/** `load` brings what is not needed before the engine's first answer; where it fails, the shop's page stands and is only observed. */
export declare const startClient: (options: Options, environment: Environment, load: () => Promise<More>) => Floorwalker;
