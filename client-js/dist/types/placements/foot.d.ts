export interface Foot {
    /** Adds elements; returns how to take them away. */
    add(...elements: HTMLElement[]): () => void;
}
export declare const createFoot: (document: Document) => Foot;
