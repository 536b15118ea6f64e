/** A host element with a styled shadow root; what the shop puts into the host shows through a slot in the shop's own style. */
export declare const createHost: (document: Document) => {
    host: HTMLElement;
    root: ShadowRoot;
};
/** An element with a class, attributes and text. */
export declare const make: <K extends keyof HTMLElementTagNameMap>(document: Document, tag: K, attributes: Readonly<Record<string, string>>, text?: string) => HTMLElementTagNameMap[K];
