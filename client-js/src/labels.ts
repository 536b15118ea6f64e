// The few words the library says itself, in each language; a shop may give its own. Sentences about decisions come from the engine.

export interface Labels {
  /** BCP 47, for times and dates. */
  locale: string;
  close: string;
  copy: string;
  copied: string;
  /** Followed by a time. */
  until: string;
  why: string;
  /** Followed by kinds of data. */
  used: string;
  less: string;
  reset: string;
  off: string;
  /** Said after a choice in "why this". */
  done: string;
  /** Beside products whose order is personalized, and beside a price that is. */
  ranking: string;
  price: string;
}

export const LABELS: Readonly<Record<string, Labels>> = {
  en: {
    locale: "en",
    close: "Close",
    copy: "Copy",
    copied: "Copied",
    until: "Valid until",
    why: "Why this?",
    used: "Based on:",
    less: "Less like this",
    reset: "Reset this visit",
    off: "Turn off",
    done: "Done. Thank you.",
    ranking: "Personalized order",
    price: "Personalized price",
  },
  de: {
    locale: "de",
    close: "Schließen",
    copy: "Kopieren",
    copied: "Kopiert",
    until: "Gültig bis",
    why: "Warum das?",
    used: "Grundlage:",
    less: "Weniger davon",
    reset: "Diesen Besuch zurücksetzen",
    off: "Ausschalten",
    done: "Erledigt. Danke.",
    ranking: "Personalisierte Reihenfolge",
    price: "Personalisierter Preis",
  },
};

const primaryOf = (tag: string): string => tag.split(/[-_]/)[0]?.toLowerCase() ?? "";

/** The first of these BCP 47 tags that is spoken, else English. */
export const chooseLanguage = (...tags: readonly (string | undefined)[]): string => {
  for (const tag of tags) {
    const primary = primaryOf(tag ?? "");
    if (Object.hasOwn(LABELS, primary)) return primary;
  }
  return "en";
};

/** The words for a page: in the shop's choice of language, that of the page, or that of the browser. */
export const labelsFor = ({ document, navigator }: Window, language: string | undefined, own: Partial<Labels> | undefined): Labels => {
  const chosen = chooseLanguage(language, document.documentElement.lang, navigator.language);
  // The shopper's own way of writing a time, where it is of that language.
  const locale = primaryOf(navigator.language ?? "") === chosen ? navigator.language : chosen;
  return { ...LABELS[chosen], locale, ...own } as Labels;
};
