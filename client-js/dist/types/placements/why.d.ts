import type { Decision, PreferenceChoice } from "../protocol.generated.js";
import type { Labels } from "../labels.js";
export type Choose = (choice: PreferenceChoice, decision: string) => void;
/** The button and its panel, to be put into a shadow root. */
export declare const whyControl: (document: Document, decision: Decision, labels: Labels, choose: Choose) => [HTMLElement, HTMLElement];
/**
 * Puts the control where it covers nothing of the spot's that can be pressed, and if possible nothing that can be read; `mayPad` lets it
 * make room for itself at the spot's far edge. A spot that is full, or that lies in a link, has no place for it: then, and whenever it
 * comes to that later, `homeless` is called, and what it returned when there is a place again. What must be told is never shortened.
 * Returns how to take it away.
 */
export declare const addWhy: (spot: HTMLElement, decision: Decision, labels: Labels, choose: Choose, mayPad: boolean, homeless: () => () => void) => (() => void);
