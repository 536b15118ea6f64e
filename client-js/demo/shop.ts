// The shop's own script: the cart without reloads, the privacy question, and the page's facts told to Floorwalker.

interface CartFact {
  currency: string;
  lines: { product: string; quantity: number; price: number }[];
}

interface OrderFact extends CartFact {
  id: string;
  value: number;
  coupon?: string;
}

interface PageFacts {
  cart: CartFact;
  search?: { query: string; results: number };
  checkout?: string;
  order?: OrderFact;
}

interface ConsentAnswer {
  personalize: boolean;
  remember: boolean;
  measure: boolean;
  share: boolean;
}

interface Calls {
  cart: [CartFact];
  search: [string, number];
  checkout: [string];
  order: [OrderFact];
  consent: [ConsentAnswer];
}

/** The SDK once it is there, the stub queue before, or nothing ever if it is blocked. */
type Floorwalker = { q?: unknown[][] } & { [name in keyof Calls]?: (...given: Calls[name]) => void };

// Declared here and not on Window, so that the SDK's own declaration stays free.
const page = window as unknown as { floorwalker?: Floorwalker };

const CONSENT_KEY = "kilowatt-consent";
const TOAST_MS = 2600;

const everything: ConsentAnswer = { personalize: true, remember: true, measure: true, share: true };
const necessary: ConsentAnswer = { personalize: false, remember: false, measure: false, share: false };

/** Calls the SDK, or queues the call until it has loaded. */
function tell<Name extends keyof Calls>(name: Name, ...given: Calls[Name]): void {
  const sdk = (page.floorwalker ??= { q: [] });
  const call = sdk[name] as ((...given: Calls[Name]) => void) | undefined;
  if (typeof call === "function") call.apply(sdk, given);
  else sdk.q?.push([name, ...given]);
}

/** Storage may be blocked; the shop then asks again on the next page. */
function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Nothing is lost but the convenience of not being asked twice.
  }
}

let toastTimer = 0;

function say(text: string): void {
  const toast = document.querySelector<HTMLElement>(".toast");
  if (!toast) return;
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = window.setTimeout(() => (toast.hidden = true), TOAST_MS);
}

function startConsent(): void {
  const question = document.querySelector<HTMLElement>("[data-consent]");
  const reopen = document.querySelector<HTMLElement>("[data-consent-open]");
  if (!question || !reopen) return;
  const answered = recall(CONSENT_KEY);
  if (answered === null) question.hidden = false;
  else tell("consent", answered === "all" ? everything : necessary);
  reopen.hidden = false;
  reopen.addEventListener("click", () => {
    question.hidden = false;
    question.querySelector("button")?.focus();
  });
  for (const button of question.querySelectorAll<HTMLElement>("[data-consent-answer]")) {
    button.addEventListener("click", () => {
      const answer = button.dataset.consentAnswer === "all" ? "all" : "necessary";
      keep(CONSENT_KEY, answer);
      question.hidden = true;
      tell("consent", answer === "all" ? everything : necessary);
    });
  }
}

/** An order is told once, also when its page is opened again. */
function tellOrder(order: OrderFact): void {
  const key = `kilowatt-order-${order.id}`;
  try {
    if (sessionStorage.getItem(key)) return;
    sessionStorage.setItem(key, "told");
  } catch {
    // Without storage the engine recognizes the order by its id.
  }
  tell("order", order);
}

function startFacts(): void {
  const source = document.getElementById("page-data")?.textContent;
  if (!source) return;
  const facts = JSON.parse(source) as PageFacts;
  // The order comes first: the empty cart that follows it was bought, not abandoned.
  if (facts.order) tellOrder(facts.order);
  tell("cart", facts.cart);
  if (facts.search) tell("search", facts.search.query, facts.search.results);
  if (facts.checkout) tell("checkout", facts.checkout);
}

function startCart(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-cart-form]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void addToCart(form);
    });
  }
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-submit-on-change], form[data-filters]")) {
    form.addEventListener("change", () => form.requestSubmit());
    // Fields that choose nothing stay out of the address.
    form.addEventListener("formdata", ({ formData }) => {
      for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
    });
  }
}

async function addToCart(form: HTMLFormElement): Promise<void> {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") fields.append(name, value);
  try {
    const response = await fetch(form.action, { method: "POST", body: fields, headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(String(response.status));
    const answer = (await response.json()) as { count: number; cart: CartFact };
    showCount(answer.count);
    say("Added to your cart");
    tell("cart", answer.cart);
  } catch {
    // The plain form still works where the request did not.
    form.submit();
  }
}

function showCount(count: number): void {
  for (const badge of document.querySelectorAll<HTMLElement>("[data-cart-count]")) {
    badge.textContent = String(count);
    badge.hidden = count === 0;
  }
}

/** Copies the code beside a copy button; listens on the document because offers come later. */
function startCopy(): void {
  document.addEventListener("click", (event) => {
    const target = event.composedPath()[0];
    const button = target instanceof Element ? target.closest("[data-copy]") : null;
    const code = button?.parentElement?.querySelector("code")?.textContent;
    if (!code) return;
    navigator.clipboard?.writeText(code).then(
      () => say("Code copied"),
      () => say(`Your code: ${code}`),
    );
  });
}

/** A page from the back/forward cache may show an old cart. */
function startRestore(): void {
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && document.body.classList.contains("page-cart")) location.reload();
  });
}

startConsent();
startFacts();
startCart();
startCopy();
startRestore();

export {};
