// The campaign's file in an editor that is checked while one types: colored text below a plain, transparent text area.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { get, send } from "../api";
import type { CheckResult, Lint, SourceError } from "../contract";
import { guardLeaving } from "../router";
import { Icon } from "../ui/icons";
import { Failure, Loading } from "../ui/parts";
import { Suggestion } from "./list";
import { offsetOf, tomlLines } from "./toml-tokens";

const CHECK_AFTER_MS = 350;

type State = { kind: "as saved" } | { kind: "checking" } | { kind: "good" } | { kind: "bad" } | { kind: "saving" } | { kind: "saved"; snapshot: string } | { kind: "failed"; message: string };

export function SourceEditor({ id, onSaved }: { id: string; onSaved: () => void }) {
  const [saved, setSaved] = useState<string | null>(null);
  const [problem, setProblem] = useState("");
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    void get<{ source: string }>(`/campaigns/${encodeURIComponent(id)}`, abort.signal).then((answer) => {
      if (abort.signal.aborted) return;
      if (answer.kind === "ok") setSaved(answer.value.source);
      else setProblem(answer.message);
    });
    return () => abort.abort();
  }, [id, attempt]);
  if (saved === null) {
    if (!problem) return <Loading lines={12} />;
    return (
      <Failure
        message={problem}
        retry={() => {
          setProblem("");
          setAttempt(attempt + 1);
        }}
      />
    );
  }
  const accept = (source: string): void => {
    setSaved(source);
    onSaved();
  };
  return <Editor id={id} saved={saved} onSaved={accept} />;
}

function Editor({ id, saved, onSaved }: { id: string; saved: string; onSaved: (source: string) => void }) {
  const [source, setSource] = useState(saved);
  const [state, setState] = useState<State>({ kind: "as saved" });
  const [errors, setErrors] = useState<SourceError[]>([]);
  const [lint, setLint] = useState<Lint[]>([]);
  const area = useRef<HTMLTextAreaElement>(null);
  const changed = source !== saved;

  useEffect(() => {
    guardLeaving(changed ? () => "The changes to this campaign are not saved. Leave anyway?" : null);
    const ask = (event: BeforeUnloadEvent): void => {
      if (changed) event.preventDefault();
    };
    addEventListener("beforeunload", ask);
    return () => {
      guardLeaving(null);
      removeEventListener("beforeunload", ask);
    };
  }, [changed]);

  const untouched = useRef(true);
  useEffect(() => {
    if (untouched.current) {
      untouched.current = false;
      return;
    }
    if (!changed) return;
    setState({ kind: "checking" });
    const abort = new AbortController();
    const timer = setTimeout(() => {
      void send<CheckResult>("POST", "/campaigns/check", source, abort.signal).then((answer) => {
        if (abort.signal.aborted) return;
        if (answer.kind === "refused") {
          setState({ kind: "failed", message: answer.message });
          return;
        }
        setErrors(answer.value.errors ?? []);
        setLint(answer.value.lint ?? []);
        setState({ kind: (answer.value.errors ?? []).length > 0 ? "bad" : "good" });
      });
    }, CHECK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [source, changed]);

  const save = async (): Promise<void> => {
    if (!changed || state.kind === "saving") return;
    setState({ kind: "saving" });
    const answer = await send<{ published: string | number; lint: Lint[] }>("PUT", `/campaigns/${encodeURIComponent(id)}`, source);
    if (answer.kind === "ok") {
      setErrors([]);
      setLint(answer.value.lint ?? []);
      setState({ kind: "saved", snapshot: String(answer.value.published) });
      onSaved(source);
      return;
    }
    const found = answer.status === 422 ? sourceErrors(answer.body) : [];
    setErrors(found);
    setState(found.length > 0 ? { kind: "bad" } : { kind: "failed", message: answer.message });
  };

  const revert = (): void => {
    setSource(saved);
    setErrors([]);
    setLint([]);
    setState({ kind: "as saved" });
  };
  const show = (error: SourceError): void => {
    const offset = offsetOf(source, error.line, error.column);
    area.current?.focus();
    area.current?.setSelectionRange(offset, offset);
  };
  const key = (event: KeyboardEvent): void => {
    if ((event.metaKey || event.ctrlKey) && event.key === "s") {
      event.preventDefault();
      void save();
    }
  };
  return (
    <section class="editor" aria-labelledby="file">
      <div class="section-head">
        <h2 id="file">The file</h2>
        <span class={`editor-state${state.kind === "bad" || state.kind === "failed" ? " warn" : " muted"}`} role="status">
          {stateWords(state, errors.length, changed)}
        </span>
        <button type="button" disabled={!changed} onClick={revert}>
          Revert
        </button>
        <button type="button" class="primary" disabled={!changed || state.kind === "saving" || state.kind === "bad"} onClick={() => void save()} title="Ctrl+S or ⌘S">
          Save and publish
        </button>
      </div>
      <Code source={source} errors={errors} area={area} onInput={setSource} onKey={key} />
      <Findings errors={errors} lint={lint} onShow={show} />
    </section>
  );
}

function stateWords(state: State, errors: number, changed: boolean): string {
  switch (state.kind) {
    case "as saved":
      return changed ? "Changed" : "As it is live";
    case "checking":
      return "Checking…";
    case "good":
      return "No errors; not saved yet";
    case "bad":
      return errors === 1 ? "One error" : `${errors} errors`;
    case "saving":
      return "Saving…";
    case "saved":
      return `Live in snapshot ${state.snapshot}`;
    case "failed":
      return state.message;
  }
}

function sourceErrors(body: unknown): SourceError[] {
  const errors: unknown = typeof body === "object" && body !== null ? Reflect.get(body, "errors") : null;
  return Array.isArray(errors) ? (errors as SourceError[]) : [];
}

interface CodeProps {
  source: string;
  errors: readonly SourceError[];
  area: { current: HTMLTextAreaElement | null };
  onInput: (source: string) => void;
  onKey: (event: KeyboardEvent) => void;
}

function Code({ source, errors, area, onInput, onKey }: CodeProps) {
  const lines = useMemo(() => tomlLines(source), [source]);
  const bad = new Set(errors.map((error) => error.line));
  return (
    <div class="code">
      <div class="code-inner">
        <ol class="gutter" aria-hidden="true">
          {lines.map((_, i) => (
            <li key={i} class={bad.has(i + 1) ? "bad" : ""}>
              {i + 1}
            </li>
          ))}
        </ol>
        <div class="code-text">
          <pre aria-hidden="true">
            {lines.map((tokens, i) => (
              <span key={i} class={`code-line${bad.has(i + 1) ? " bad" : ""}`}>
                {tokens.map((token, j) => (
                  <span key={j} class={`toml-${token.kind}`}>
                    {token.text}
                  </span>
                ))}
                {"\n"}
              </span>
            ))}
          </pre>
          <textarea ref={area} aria-label="Campaign file in TOML" aria-invalid={errors.length > 0} spellcheck={false} autocomplete="off" autocapitalize="off" wrap="off" value={source} onInput={(event) => onInput(event.currentTarget.value)} onKeyDown={onKey} />
        </div>
      </div>
    </div>
  );
}

interface FindingsProps {
  errors: readonly SourceError[];
  lint: readonly Lint[];
  onShow: (error: SourceError) => void;
}

function Findings({ errors, lint, onShow }: FindingsProps) {
  if (errors.length === 0 && lint.length === 0) return null;
  return (
    <ul class="findings" aria-label="What the check found">
      {errors.map((error, i) => (
        <li key={`e${i}`} class="warn">
          <Icon name="cross" label="Error" />
          <button type="button" class="link" onClick={() => onShow(error)}>
            Line {error.line}:{error.column}
          </button>
          <span>
            {error.message}
            <Suggestion text={error.suggestion} />
          </span>
        </li>
      ))}
      {lint.map((found, i) => (
        <li key={`l${i}`}>
          <Icon name="warning" label={found.severity} />
          <code>{found.code}</code>
          <span>{found.message}</span>
        </li>
      ))}
    </ul>
  );
}
