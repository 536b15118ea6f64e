import type { Placement } from "../protocol.generated.js";
/** Elements with that attribute or selector, in document order. */
export declare const select: (root: ParentNode, selector: string) => HTMLElement[];
export declare const spots: (document: Document) => HTMLElement[];
/** The name a shop gave to a spot. */
export declare const spotName: (element: HTMLElement) => string;
export declare const isLive: (element: HTMLElement) => boolean;
/** All spots on the page; of several with one name the first counts. */
export declare const describeSpots: (document: Document, foldPx: number) => Placement[];
export declare const describeTemplates: (document: Document) => string[];
