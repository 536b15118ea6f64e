import { describe, expect, it } from "vitest";
import type { Op, Patch, ReceiptState } from "../src/protocol.generated.js";
import { watchShopper } from "../src/capture/shopper.js";
import { describeSpots } from "../src/capture/spots.js";
import { LABELS } from "../src/labels.js";
import { createDesired, type Desired } from "../src/placements/desired.js";
import { isLate } from "../src/placements/late.js";
import { arrange, reorder } from "../src/placements/order.js";
import { createPage, type TestPage } from "./dom.js";
import { seeded } from "./random.js";

const HTML = `
  <section data-floorwalker="hero"><h1 id="own">Own</h1></section>
  <ul data-floorwalker-list="shelf">
    <li data-floorwalker-item="1"><a href="#">1</a></li><li data-floorwalker-item="2"><input></li><li data-floorwalker-item="3">3</li>
  </ul>
  <nav data-floorwalker="menu" data-floorwalker-kind="nav"><a class="entry" href="/a" data-floorwalker-entry="a">A</a><a href="/b" data-floorwalker-entry="b">B</a></nav>
  <a data-floorwalker="buy" data-floorwalker-kind="cta" href="/own">Buy</a>
  <div data-floorwalker="recs"><h2 data-field="title">Popular</h2><div data-floorwalker-items><p>own item</p></div></div>
  <floorwalker-placement name="tag">own tag</floorwalker-placement>
  <div data-floorwalker="live" data-floorwalker-live>own live</div>
  <template data-floorwalker-template="block"><h1 data-field="title"></h1><a data-field="cta" data-field-href="href">x</a><img data-field="image" data-field-alt="title"></template>
  <template data-floorwalker-template="item"><article><a data-field="name" data-field-href="href"></a></article></template>
  <template data-floorwalker-template="offer"><h2 data-field="title"></h2><button id="inner">Use</button></template>`;

const decision = (id: string) => ({ id, campaign: "c", variant: "a", why: "Because." });
const patch = (op: Op, id = "d1"): Patch => ({ op, decision: decision(id), ttlMs: 0 });
const fill = (placement: string, data: Record<string, string> = { title: "New" }, id = "d1"): Patch =>
  patch({ fill: { placement, template: "block", data } }, id);

const setUp = (): { page: TestPage; desired: Desired; receipts: string[]; stands: string[]; push: (...patches: Patch[]) => void; $: (selector: string) => HTMLElement } => {
  const page = createPage(HTML);
  const receipts: string[] = [];
  const stands: string[] = [];
  const desired = createDesired(page.environment, "key", () => LABELS.en!, {
    receipt: (id: string, state: ReceiptState, reason?: string) => receipts.push([id, state, reason].filter(Boolean).join(":")),
    chose: () => undefined,
    withdrawn: () => undefined,
    emit: (name, data) => receipts.push(`emit:${name}:${JSON.stringify(data)}`),
    decided: (placement, decision) => stands.push([placement, decision?.id ?? "own"].join(":")),
    skew: () => 0,
    shopper: watchShopper(page.environment),
  });
  desired.announce(describeSpots(page.document, 800), page.environment.now());
  return {
    page,
    desired,
    receipts,
    stands,
    push: (...patches) => desired.hear({ push: { from: desired.rev, rev: desired.rev + 1, patches } }),
    $: (selector) => page.document.querySelector<HTMLElement>(selector)!,
  };
};

describe("fill", () => {
  it("sets text as text and puts the very same nodes back", () => {
    const { push, receipts, $ } = setUp();
    const own = $("#own");
    push(fill("hero", { title: "<b>New</b>", cta: "See", href: "javascript:alert(1)", image: "http://evil.example/x.png" }));
    expect($("[data-floorwalker=hero] h1").textContent).toBe("<b>New</b>");
    expect($("[data-floorwalker=hero] a").getAttribute("href")).toBeNull();
    expect($("[data-floorwalker=hero] img").getAttribute("src")).toBeNull();
    expect($("[data-floorwalker=hero] img").getAttribute("alt")).toBe("<b>New</b>");
    expect(own.isConnected).toBe(false);
    push({ op: { clear: { placement: "hero" } }, ttlMs: 0 });
    expect($("#own")).toBe(own);
    expect([...$("[data-floorwalker=hero]").childNodes]).toHaveLength(1);
    expect($("[data-floorwalker=hero]").getAttribute("style") || "").toBe("");
    expect(receipts).toEqual(["d1:received"]);
  });
  it("says what is missing", () => {
    const { push, receipts } = setUp();
    push(fill("nowhere"), patch({ fill: { placement: "hero", template: "none", data: {} } }, "d2"));
    expect(receipts).toEqual(["d1:failed:missing", "d2:failed:template"]);
  });
  it.each<[string, Patch]>([
    ["template", patch({ fill: { placement: "hero", template: "none", data: {} } }, "d2")],
    ["size", fill("hero", { title: "Too much" }, "d2")],
  ])("what cannot be shown (%s) does not leave the old in its place", (reason, next) => {
    const { push, receipts, $ } = setUp();
    push(fill("hero"));
    expect($("[data-floorwalker=hero] h1").textContent).toBe("New");
    if (reason === "size") Object.defineProperty($("[data-floorwalker=hero]"), "scrollHeight", { get: () => 500 });
    push(next);
    expect($("#own").isConnected).toBe(true);
    expect($("[data-floorwalker=hero]").getAttribute("style") || "").toBe("");
    expect(receipts).toEqual(["d1:received", "d2:failed:" + reason]);
  });
  it("what lost its spot leaves nothing of it where the shop has moved it", () => {
    const { push, receipts, $ } = setUp();
    const hero = $("[data-floorwalker=hero]");
    push(fill("hero"));
    hero.removeAttribute("data-floorwalker");
    push(fill("hero", { title: "Next" }, "d2"));
    expect(hero.textContent).toBe("Own");
    expect(receipts).toEqual(["d1:received", "d2:failed:missing"]);
  });
  it("looks for the control's place again when what slides has come to its own", async () => {
    const { push, $ } = setUp();
    const shelf = $("[data-floorwalker-list=shelf]");
    let arrive = (): void => undefined;
    Object.assign(shelf, { getAnimations: () => [{ finished: new Promise<void>((resolve) => (arrive = resolve)) }] });
    let looks = 0;
    shelf.querySelectorAll = new Proxy(shelf.querySelectorAll, { apply: (target, self, given) => (looks++, Reflect.apply(target, self, given)) as never });
    push(patch({ order: { list: "shelf", ids: ["3"] } }));
    const before = looks;
    arrive();
    for (let i = 0; i < 5; i++) await Promise.resolve();
    expect(looks).toBeGreaterThan(before);
  });
  it("tells the page what stands where, also that its own stands again", () => {
    const { push, stands } = setUp();
    push(fill("hero"));
    push(fill("hero", { title: "Next" }, "d2"));
    push({ op: { clear: { placement: "hero" } }, ttlMs: 0 }, { op: { clear: { placement: "hero" } }, ttlMs: 0 });
    expect(stands).toEqual(["hero:d1", "hero:own", "hero:d2", "hero:own"]);
  });
  it("finds the element form", () => {
    const { push, $ } = setUp();
    push(fill("tag"));
    expect($("floorwalker-placement h1").textContent).toBe("New");
  });
  it("takes back what does not fit", () => {
    const { push, receipts, $ } = setUp();
    Object.defineProperty($("[data-floorwalker=hero]"), "scrollHeight", { get: () => 500 });
    push(fill("hero"));
    expect($("#own").isConnected).toBe(true);
    expect(receipts).toEqual(["d1:failed:size"]);
  });
  it("holds the size until the width of the window changes", () => {
    const { page, push, $ } = setUp();
    const { style } = $("[data-floorwalker=hero]");
    push(fill("hero"));
    expect(style.overflow).toBe("clip");
    page.window.dispatchEvent(new page.window.Event("resize"));
    expect(style.overflow).toBe("clip");
    page.window.happyDOM.setViewport({ width: 500 });
    page.window.dispatchEvent(new page.window.Event("resize"));
    expect(style.overflow).toBe("");
  });
  it("waits while the focus is inside", async () => {
    const { page, push, $ } = setUp();
    const list = (): string[] => [...page.document.querySelectorAll<HTMLElement>("[data-floorwalker-item]")].map((item) => item.dataset.floorwalkerItem!);
    $("input").focus();
    push(patch({ order: { list: "shelf", ids: ["3"] } }));
    expect(list()).toEqual(["1", "2", "3"]);
    $("input").blur();
    await page.wait(10);
    expect(list()).toEqual(["3", "1", "2"]);
  });
});

describe("other operations and their undo", () => {
  it.each<[string, Op, string, (page: Document) => boolean]>([
    ["order", { order: { list: "shelf", ids: ["3", "9", "2"] } }, "shelf", (d) => [...d.querySelectorAll("[data-floorwalker-item]")].map((n) => n.textContent).join() === "3,,1"],
    ["cta", { cta: { placement: "buy", label: "Get", href: "/get", tone: "strong" } }, "buy", (d) => d.querySelector("[data-floorwalker=buy]")!.textContent === "Get"],
    ["nav", { nav: { placement: "menu", shortcuts: [{ label: "Deals", href: "/deals" }, { label: "Bad", href: "javascript:1" }], promote: ["b"] } }, "menu", (d) => d.querySelector("nav")!.textContent!.startsWith("DealsBA") && d.querySelector("nav a")!.className === "entry"],
    ["layout", { layout: { placement: "hero", layout: "wide" } }, "hero", (d) => d.querySelector<HTMLElement>("[data-floorwalker=hero]")!.dataset["layout"] === "wide"],
    ["recommend", { recommend: { placement: "recs", template: "item", title: "Goes with", strategy: "s", items: [{ id: "7", name: "Seven", href: "/7", image: "", price: "", brand: "", reason: "" }] } }, "recs", (d) => d.querySelector("[data-floorwalker-item='7'] a")!.textContent === "Seven" && d.querySelector("h2")!.textContent === "Goes with"],
  ])("%s", (_, op, placement, holds) => {
    const { page, push, receipts } = setUp();
    const before = page.document.body.innerHTML.replaceAll(' style=""', "");
    push(patch(op));
    expect(receipts).toEqual(["d1:received"]);
    expect(holds(page.document)).toBe(true);
    push({ op: { clear: { placement } }, ttlMs: 0 });
    expect(page.document.body.innerHTML.replaceAll(' style=""', "")).toBe(before);
  });
  it("nav moves the entry of the same address instead of adding it again, and clear restores the order", () => {
    const { page, push, $ } = setUp();
    const menu = $("[data-floorwalker=menu]");
    const texts = (): string => [...menu.querySelectorAll("a")].map((link) => link.textContent).join();
    const [before, b] = [menu.innerHTML, $("[href='/b']")];
    const shortcuts = [{ label: "Bees", href: "https://shop.example/b" }, { label: "Deals", href: "/deals" }, { label: "Again", href: "/deals" }];
    push(patch({ nav: { placement: "menu", shortcuts, promote: [] } }));
    expect(texts()).toBe("B,Deals,A");
    expect($("[href='/b']")).toBe(b);
    push(patch({ nav: { placement: "menu", shortcuts: [...shortcuts].reverse(), promote: ["a"] } }, "d2"));
    expect(texts()).toBe("Again,B,A");
    b.focus();
    push({ op: { clear: { placement: "menu" } }, ttlMs: 0 });
    expect(page.document.activeElement).toBe(b);
    expect(menu.innerHTML).toBe(before);
  });
  it("emits and notices once", () => {
    const { push, receipts } = setUp();
    for (let i = 0; i < 2; i++) push(patch({ emit: { name: "hello", data: { a: "1" } } }));
    expect(receipts).toEqual(['emit:hello:{"a":"1"}', "d1:received"]);
  });
});

describe("revisions", () => {
  it("leave out a push that does not follow", () => {
    const { desired, $ } = setUp();
    desired.hear({ push: { from: 4, rev: 5, patches: [fill("hero")] } });
    expect(desired.rev).toBe(0);
    expect($("#own").isConnected).toBe(true);
  });
  it("are healed by a state, which keeps what stands and clears the rest", () => {
    const { desired, receipts, push, $ } = setUp();
    push(fill("hero"), fill("tag", { title: "T" }, "d2"));
    const title = $("[data-floorwalker=hero] h1");
    desired.hear({ state: { rev: 9, patches: [fill("hero")] } });
    expect(desired.rev).toBe(9);
    expect($("[data-floorwalker=hero] h1")).toBe(title);
    expect($("floorwalker-placement").textContent).toBe("own tag");
    expect(receipts).toEqual(["d1:received", "d2:received"]);
  });
});

describe("a page view", () => {
  it("begins with the shop's defaults, also in spots that stay, and keeps the revision", async () => {
    const { page, desired, push, receipts, $ } = setUp();
    const own = $("#own");
    const offer = { placement: "overlay", template: "offer", data: { title: "Ours" }, terms: { kind: "none" as const } };
    push(fill("hero"), patch({ order: { list: "shelf", ids: ["3"] } }, "d2"), patch({ offer }, "d3"));
    $("input").focus();
    push(patch({ order: { list: "shelf", ids: ["2"] } }, "d4"));
    desired.announce(describeSpots(page.document, 800), page.environment.now());
    expect($("#own")).toBe(own);
    expect(page.document.querySelector("[data-floorwalker-own].o")).toBeNull();
    $("input").blur();
    await page.wait(10);
    expect($("[data-floorwalker-item]").dataset["floorwalkerItem"]).toBe("1");
    expect(desired.rev).toBe(2);
    expect(receipts).toEqual(["d1:received", "d2:received", "d3:received"]);
    // What the engine pushes for the new page comes, even if it is the same.
    push(fill("hero"));
    expect($("[data-floorwalker=hero] h1").textContent).toBe("New");
  });
  it("leaves what the shop's router has rendered since", () => {
    const { page, desired, push, $ } = setUp();
    push(fill("hero"), patch({ cta: { placement: "buy", label: "Get", href: "/get" } }, "d2"));
    $("[data-floorwalker=hero]").innerHTML = "<h1>Next page</h1>";
    $("[data-floorwalker=buy]").setAttribute("href", "/next");
    desired.announce(describeSpots(page.document, 800), page.environment.now());
    expect($("[data-floorwalker=hero]").innerHTML).toBe("<h1>Next page</h1>");
    expect($("[data-floorwalker=buy]").getAttribute("href")).toBe("/next");
  });
});

describe("late", () => {
  const above = { live: false, above: true, onScreen: true };
  const below = { live: false, above: false, onScreen: false };
  it.each([
    ["above, early", above, false, 1_500, false],
    ["above, after 1,500 ms", above, false, 1_501, true],
    ["above, after input", above, true, 10, true],
    ["above, scrolled away", { ...above, onScreen: false }, true, 10, true],
    ["below, not yet seen", below, true, 60_000, false],
    ["below, on screen without input", { ...below, onScreen: true }, false, 60_000, false],
    ["below, on screen after input", { ...below, onScreen: true }, true, 60_000, true],
    ["live", { ...above, live: true }, true, 60_000, false],
  ] as const)("%s", (_, spot, hadInput, since, late) => expect(isLate(spot, hadInput, since)).toBe(late));

  it("is reported and leaves the default", async () => {
    const { page, push, receipts, $ } = setUp();
    await page.wait(2_000);
    push(fill("hero"), fill("live", { title: "L" }, "d2"));
    expect(receipts).toEqual(["d1:suppressed:late", "d2:received"]);
    expect($("#own").isConnected).toBe(true);
  });
});

describe("overlay", () => {
  const offer = (id = "o1"): Patch =>
    patch({ offer: { placement: "overlay", template: "offer", data: { title: "Ours" }, terms: { kind: "free_shipping" }, code: "AB12", expiresAt: 1_700_000_900_000 } }, id);
  const host = (page: TestPage): HTMLElement | null => page.document.querySelector("[data-floorwalker-own].o");
  const key = (page: TestPage, target: Element, name: string, shiftKey = false): void =>
    void target.dispatchEvent(new page.window.KeyboardEvent("keydown", { key: name, shiftKey, bubbles: true, cancelable: true }) as unknown as Event);

  it("is one labelled dialog with the shop's content, the code and a plain time", () => {
    const { page, push, receipts } = setUp();
    push(offer(), offer("o2"));
    const root = host(page)!.shadowRoot!;
    const dialog = root.querySelector("dialog")!;
    expect(page.document.querySelectorAll("[data-floorwalker-own].o")).toHaveLength(1);
    expect([dialog.getAttribute("role"), dialog.getAttribute("aria-modal"), dialog.getAttribute("aria-label")]).toEqual(["dialog", "true", "Ours"]);
    expect(root.querySelector("code")!.textContent).toBe("AB12");
    expect(root.querySelector(".e")!.textContent).toMatch(/^Valid until .*\d/);
    expect(host(page)!.querySelector("h2")!.textContent).toBe("Ours");
    expect(receipts).toEqual(["o1:received", "o2:suppressed:busy"]);
  });
  it("keeps the focus, closes on Escape and gives the focus back", () => {
    const { page, push, receipts, $ } = setUp();
    $("input").focus();
    push(offer());
    const root = host(page)!.shadowRoot!;
    const [close, why] = [root.querySelector<HTMLElement>(".x")!, root.querySelector<HTMLElement>(".w")!];
    why.focus();
    key(page, why, "Tab");
    expect(root.activeElement).toBe(close);
    key(page, close, "Tab", true);
    expect(root.activeElement).toBe(why);
    key(page, root.querySelector("dialog")!, "Escape");
    expect(host(page)).toBeNull();
    expect(page.document.activeElement).toBe($("input"));
    expect(receipts).toEqual(["o1:received", "o1:dismissed"]);
  });
  it("does not come twice", () => {
    const { page, push } = setUp();
    push(offer());
    host(page)!.shadowRoot!.querySelector<HTMLElement>(".x")!.click();
    push(offer());
    expect(host(page)).toBeNull();
  });
});

describe("reorder", () => {
  it("moves the fewest nodes, never makes one, and leaves strangers where they are", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = seeded(seed);
      const { document } = createPage("<ul></ul>");
      const list = document.querySelector("ul")!;
      const nodes = Array.from({ length: 2 + Math.floor(random() * 10) }, (_, i) => {
        const node = document.createElement("li");
        node.dataset["id"] = String(i);
        return list.appendChild(node);
      });
      const footer = list.appendChild(document.createElement("p"));
      const ids = nodes.map((_, i) => String(i)).sort(() => random() - 0.5).slice(0, Math.ceil(random() * nodes.length));
      const wanted = arrange(nodes, ids, (node) => node.dataset["id"]);
      const moves = reorder(wanted);
      expect([...list.children]).toEqual([...wanted, footer]);
      // The nodes that need not move are a longest increasing run; found here the slow way.
      const order = wanted.map((node) => nodes.indexOf(node));
      const best: number[] = [];
      order.forEach((value, i) => (best[i] = 1 + Math.max(0, ...order.slice(0, i).map((earlier, k) => (earlier < value ? best[k]! : 0)))));
      expect(moves).toBe(nodes.length - Math.max(...best));
    }
  });
});
