// Google's Consent Mode: the commands of a page, replayed into what they say now.
//
// There is nothing on the page that could be asked, so the commands are watched. Which region a visitor is in only Google's script learns:
// a default for some regions that denies leaves a signal unknown until an update, and one that grants says nothing.

import type { Environment } from "../environment.js";
import type { Answer, Purpose } from "./lattice.js";

type Fields = Readonly<Record<string, unknown>>;

// The `ad_*` trio gives a first party nothing but `share`.
const SIGNALS: { readonly [purpose in Purpose]: string } = {
  session: "functionality_storage",
  personalize: "personalization_storage",
  remember: "personalization_storage",
  measure: "analytics_storage",
  share: "ad_user_data",
};
const WAIT_MAX_MS = 60_000;

/** Returns what takes a command: `default` or `update`, and its parameters. */
export const watchConsentMode = ({ setTimer }: Environment, report: (answer: Answer) => void): ((command: unknown, given: Fields) => void) => {
  const defaults: Record<string, boolean> = {};
  const updates: Record<string, boolean> = {};
  const regional: Record<string, true> = {};
  let waiting = 0;

  const read = (name: string): boolean | null | undefined => {
    if (name in updates) return updates[name];
    if (defaults[name] === false) return false;
    if (name in regional) return null;
    return waiting && defaults[name] ? null : defaults[name];
  };
  const tell = (): void => {
    const answer: { -readonly [purpose in Purpose]?: boolean | null } = {};
    for (const purpose of Object.keys(SIGNALS) as Purpose[]) {
      const said = read(SIGNALS[purpose]);
      if (said !== undefined) answer[purpose] = said;
    }
    report(answer);
  };
  return (command, given) => {
    const isUpdate = command === "update";
    if (!isUpdate && command !== "default") return;
    const { region, wait_for_update: wait } = given;
    const isRegional = !isUpdate && Array.isArray(region) && region.length > 0;
    for (const name of Object.values(SIGNALS)) {
      const value = given[name];
      if (value !== "granted" && value !== "denied") continue;
      if (!isRegional) (isUpdate ? updates : defaults)[name] = value === "granted";
      else if (value === "denied") regional[name] = true;
    }
    // A grant by default is none while the page's own dialog may still be asked.
    if (!isUpdate && typeof wait === "number" && wait > 0) {
      waiting++;
      setTimer(() => {
        waiting--;
        tell();
      }, Math.min(wait, WAIT_MAX_MS));
    }
    tell();
  };
};
