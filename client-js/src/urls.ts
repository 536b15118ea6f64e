// Which addresses from the engine may go into the page.

const resolve = (value: string, base: string): URL | undefined => {
  try {
    const url = new URL(value, base);
    // A name before the host only serves to deceive the reader of the link.
    return url.username || url.password ? undefined : url;
  } catch {
    return undefined;
  }
};

/** A link to a page: relative, `http:` or `https:`. */
export const safeLink = (value: string, base: string): string | undefined => {
  const url = resolve(value, base);
  return url && /^https?:$/.test(url.protocol) ? url.href : undefined;
};

/** A picture: from the page's own origin, or over `https:`. */
export const safeImage = (value: string, base: string): string | undefined => {
  const url = resolve(value, base);
  return url && (url.protocol === "https:" || url.origin === resolve(base, base)?.origin) ? url.href : undefined;
};
