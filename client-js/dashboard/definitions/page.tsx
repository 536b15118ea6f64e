// All definitions on one page, each with an anchor that every number links to.

import { useEffect, useState } from "preact/hooks";
import { CHAPTERS } from "./definitions";
import type { Definition } from "./definitions";

export function DefinitionsPage() {
  const [marked, setMarked] = useState(() => location.hash.slice(1));
  useEffect(() => {
    const read = (): void => setMarked(location.hash.slice(1));
    addEventListener("hashchange", read);
    return () => removeEventListener("hashchange", read);
  }, []);
  useEffect(() => {
    // The browser looked for the anchor before the page was drawn.
    document.getElementById(marked)?.scrollIntoView({ block: "center" });
  }, [marked]);
  return (
    <>
      <div class="section-head page-head">
        <h1>Definitions</h1>
        <span class="muted">What every number means, and how it is computed</span>
      </div>
      {CHAPTERS.map((chapter) => (
        <section key={chapter.name} aria-label={chapter.name}>
          <h2>{chapter.name}</h2>
          <dl class="definitions">
            {chapter.definitions.map((definition) => (
              <div key={definition.id} id={definition.id} class={`definition${definition.id === marked ? " definition-marked" : ""}`}>
                <dt>
                  <a href={`#${definition.id}`}>{definition.name}</a>
                </dt>
                <dd>
                  <Meaning definition={definition} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </>
  );
}

export function Meaning({ definition }: { definition: Definition }) {
  return (
    <>
      <p>{definition.text}</p>
      {definition.formula && (
        <p class="formula">
          <code>{definition.formula}</code>
        </p>
      )}
      {definition.source && <p class="muted small">{definition.source}</p>}
    </>
  );
}
