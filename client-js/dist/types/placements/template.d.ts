export type Data = {
    readonly [field in string]?: string;
};
/**
 * Fills the fields of `root`. `data-field` sets the text (the picture on `<img>`, the link on `<a data-field="href">`);
 * `data-field-href`, `data-field-src` and `data-field-alt` set that attribute. A field without data keeps what the shop wrote.
 */
export declare const fillFields: (root: ParentNode, data: Data, base: string) => void;
/** A filled copy of the template, or `undefined` if the page has none of that name. */
export declare const renderTemplate: (document: Document, name: string, data: Data) => DocumentFragment | undefined;
