// Small parts every page uses: numbers, bars, states, copyable ids.

import type { ComponentChildren } from "preact";
import type { Measure } from "../format";

interface FigureProps {
  label: ComponentChildren;
  value: ComponentChildren;
  unit?: string;
  note?: ComponentChildren;
  tone?: "money" | "warn";
  large?: boolean;
}

/** One number with its name, unit and a remark. */
export function Figure({ label, value, unit, note, tone, large }: FigureProps) {
  return (
    <div class={`figure${large ? " figure-large" : ""}`}>
      <dt>{label}</dt>
      <dd>
        <span class={`figure-value${tone ? ` ${tone}` : ""}`}>
          {value}
          {unit && <span class="unit"> {unit}</span>}
        </span>
        {note !== undefined && <span class="figure-note">{note}</span>}
      </dd>
    </div>
  );
}

export function Figures({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <dl class="figures" aria-label={label}>
      {children}
    </dl>
  );
}

export const measured = (measure: Measure): { value: string; unit: string } => measure;

interface BarProps {
  /** 0..=1. */
  share: number;
  tone?: "accent" | "money" | "muted";
}

/** A share drawn as a bar; the number itself stands beside it as text. */
export function Bar({ share, tone = "accent" }: BarProps) {
  const width = `${Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10}%`;
  return (
    <span class="bar" aria-hidden="true">
      <span class={`bar-fill bar-${tone}`} style={{ width }} />
    </span>
  );
}

interface NoticeProps {
  title: string;
  /** Nothing else is on the page, so its title is the page's. */
  isPage?: boolean;
  children?: ComponentChildren;
  action?: ComponentChildren;
}

/** What a page shows when it has nothing to show, and what to do next. */
export function Empty({ title, isPage, children, action }: NoticeProps) {
  return (
    <div class="empty">
      <svg width="72" height="48" viewBox="0 0 72 48" fill="none" stroke="currentColor" stroke-width="1.5" aria-hidden="true">
        <path d="M1 19V1h70v18M1 29v18h70V29M27 1v12M27 35v12M48 1v18M48 29v18" />
        <circle cx="13" cy="24" r="2.5" fill="currentColor" stroke="none" />
      </svg>
      {isPage ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children && <div class="empty-text">{children}</div>}
      {action}
    </div>
  );
}

export function Failure({ message, retry }: { message: string; retry: () => void }) {
  return (
    <div class="empty" role="alert">
      <h2>This did not load</h2>
      <p class="empty-text">{message}</p>
      <button type="button" onClick={retry}>
        Try again
      </button>
    </div>
  );
}

/** Gray lines where text will be. */
export function Loading({ lines = 6 }: { lines?: number }) {
  return (
    <div class="loading" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, i) => (
        <span key={i} class={`loading-line loading-${i % 4}`} />
      ))}
    </div>
  );
}

/** A short fact in a soft frame. */
export function Tag({ children, tone, title }: { children: ComponentChildren; tone?: "warn" | "accent" | "quiet"; title?: string }) {
  return (
    <span class={`tag${tone ? ` tag-${tone}` : ""}`} title={title}>
      {children}
    </span>
  );
}
