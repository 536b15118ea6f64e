import type { Decision, PreferenceChoice } from "../protocol.generated.js";
import type { Labels } from "../labels.js";
export type Choose = (choice: PreferenceChoice, decision: string) => void;
/** The button and its panel, to be put into a shadow root. */
export declare const whyControl: (document: Document, decision: Decision, labels: Labels, choose: Choose) => [HTMLElement, HTMLElement];
/** Puts the control into the corner of a spot, out of its flow. Returns how to take it away. */
export declare const addWhy: (spot: HTMLElement, decision: Decision, labels: Labels, choose: Choose) => (() => void);
