// A number's name as a link to what it means: a click explains in place, and the address works everywhere else.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { paths } from "../router";
import { Icon } from "../ui/icons";
import { definitionOf } from "./definitions";
import { Meaning } from "./page";

export function Term({ of, children }: { of: string; children?: ComponentChildren }) {
  return (
    <a class="term" href={paths.definition(of)} data-definition={of}>
      {children ?? definitionOf(of)?.name ?? of}
    </a>
  );
}

/** Shows the definition that was clicked, above the page; it closes with Escape, a click beside it, or its button. */
export function DefinitionPanel() {
  const [id, setId] = useState("");
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const click = (event: MouseEvent): void => {
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      const link = event.target instanceof Element ? event.target.closest<HTMLElement>("a[data-definition]") : null;
      const wanted = link?.dataset["definition"] ?? "";
      if (!definitionOf(wanted)) return;
      event.preventDefault();
      setId(wanted);
    };
    // Before the router, which would leave the page.
    document.addEventListener("click", click, { capture: true });
    return () => document.removeEventListener("click", click, { capture: true });
  }, []);
  useEffect(() => {
    if (id && !dialog.current?.open) dialog.current?.showModal();
  }, [id]);
  const definition = definitionOf(id);
  if (!definition) return null;
  const close = (): void => dialog.current?.close();
  return (
    <dialog ref={dialog} class="definition-panel" aria-labelledby="definition-name" onClose={() => setId("")} onClick={(event) => event.target === dialog.current && close()}>
      <div class="definition-inner">
        <div class="section-head">
          <h2 id="definition-name">{definition.name}</h2>
          <button type="button" class="quiet definition-close" onClick={close}>
            <Icon name="cross" label="Close" />
          </button>
        </div>
        <Meaning definition={definition} />
        <p class="small">
          <a href={paths.definition(id)} onClick={close}>
            All definitions
          </a>
        </p>
      </div>
    </dialog>
  );
}
