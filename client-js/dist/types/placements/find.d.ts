/** The first spot of that name. */
export declare const findSpot: (document: Document, name: string) => HTMLElement | undefined;
/** The element that the shop keeps for what must be told beside a spot. */
export declare const noticeSpot: (document: Document, name: string) => HTMLElement | undefined;
export declare const findTemplate: (document: Document, name: string) => HTMLTemplateElement | undefined;
/** Parts of a spot that carry the attribute. */
export declare const children: (root: ParentNode, attribute: string) => HTMLElement[];
