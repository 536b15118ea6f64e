// The few words the library says itself; a shop may give its own.

export interface Labels {
  close: string;
  copy: string;
  copied: string;
  /** Followed by a time. */
  until: string;
  why: string;
  less: string;
  reset: string;
  off: string;
  /** Said after a choice in "why this". */
  done: string;
}

export const ENGLISH: Labels = {
  close: "Close",
  copy: "Copy",
  copied: "Copied",
  until: "Valid until",
  why: "Why this?",
  less: "Less like this",
  reset: "Reset this visit",
  off: "Turn off",
  done: "Done. Thank you.",
};
