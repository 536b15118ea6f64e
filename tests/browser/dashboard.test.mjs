// The dashboard's pages of results in a real browser, on a demo whose shoppers are busy: they are drawn, they fit, they explain themselves.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { openBrowser, openShop, pause, violations } from "./support.mjs";

const WIDE = { viewport: { width: 1280, height: 800 } };
/** A campaign that everybody meets who comes to the home page. */
const MET = "home-trending";
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

describe("the dashboard", { concurrency: false }, () => {
  let shop;
  let browser;
  let cookies;
  before(async () => {
    shop = await openShop(undefined, { visitors: 12, speed: 20 });
    browser = await openBrowser();
    const door = await browser.newContext();
    await (await door.newPage()).goto(shop.login);
    cookies = await door.cookies();
    // Who asks for an experiment that nobody has entered yet is told so, with a 404.
    const isMet = async () => (await door.request.get(`${shop.base}/admin/v1/experiments/${MET}`)).ok();
    for (const end = Date.now() + 60_000; !(await isMet()); await pause(250)) assert.ok(Date.now() < end, "nobody met a campaign of the home page in a minute");
    await door.close();
  });
  after(async () => {
    await browser?.close();
    await shop?.close();
  });

  /** A merchant's page; whatever goes wrong in it fails the test. */
  const arrive = async (t, options = WIDE) => {
    const merchant = await browser.newContext({ acceptDownloads: true, ...options });
    t.after(() => merchant.close());
    await merchant.addCookies(cookies);
    await merchant.addInitScript(() => {
      window.__violations = [];
      document.addEventListener("securitypolicyviolation", (event) => window.__violations.push(`${event.violatedDirective} ${event.blockedURI}`));
    });
    const trouble = [];
    const page = await merchant.newPage();
    page.on("pageerror", (error) => trouble.push(error.stack));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") trouble.push(message.text());
    });
    return {
      page,
      async open(path, ready) {
        await page.goto(shop.base + path);
        await page.waitForSelector(ready);
      },
      async fine(path) {
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${path} is ${wide} px too wide`);
        assert.deepEqual(await violations(page), [], path);
        assert.deepEqual(trouble, [], path);
        assert.doesNotMatch(await page.textContent("#page"), /NaN|undefined|Infinity|\[object/, path);
      },
    };
  };

  const PAGES = [
    ["/dashboard/experiments", ".experiment, .early-row"],
    [`/dashboard/experiments/${MET}`, ".verdict"],
    ["/dashboard/campaigns", ".campaign-lift"],
    ["/dashboard/campaigns/exit-offer", ".pays"],
    ["/dashboard/offers", ".offer-campaign"],
    ["/dashboard/definitions", ".definition"],
  ];
  for (const [device, options] of [["a desktop", WIDE], ["a phone", PHONE]]) {
    for (const colorScheme of ["light", "dark"]) {
      it(`draws every page of results on ${device}, ${colorScheme}`, async (t) => {
        const { open, fine } = await arrive(t, { ...options, colorScheme });
        for (const [path, ready] of PAGES) {
          await open(path, ready);
          await fine(path);
        }
      });
    }
  }

  it("leads from a number to what it means, in place and by its address", async (t) => {
    const { page, open, fine } = await arrive(t);
    await open("/dashboard/offers", ".offer-campaign");
    await page.click("a[data-definition=reserved]");
    const panel = page.locator("dialog[open]");
    assert.match(await panel.textContent(), /Reserved.*most that open codes may still cost/s);
    await page.keyboard.press("Escape");
    await panel.waitFor({ state: "detached" });
    assert.equal(new URL(page.url()).pathname, "/dashboard/offers", "the page was not left");
    await page.click("a[data-definition=spent]");
    await page.click("dialog >> text=All definitions");
    await page.waitForSelector("#spent.definition-marked");
    assert.equal(new URL(page.url()).hash, "#spent");
    assert.ok(await page.locator("#spent").isVisible());
    await fine("definitions");
    const links = await page.$$eval("a[data-definition]", (all) => all.length);
    assert.equal(links, 0, "definitions do not define themselves");
  });

  it("saves codes as a file that names its columns", async (t) => {
    const { page, open } = await arrive(t);
    const made = async () => (await (await page.request.get(`${shop.base}/admin/v1/offers`)).json()).offers.length;
    for (const end = Date.now() + 60_000; (await made()) === 0; await page.waitForTimeout(500)) assert.ok(Date.now() < end, "no code was made in a minute");
    await open("/dashboard/offers", ".codes tbody tr");
    const [file] = await Promise.all([page.waitForEvent("download"), page.click("text=CSV")]);
    const lines = (await readFile(await file.path(), "utf8")).split("\r\n");
    assert.match(lines[0], /^code,campaign,state,/);
    assert.ok(lines.length > 2, lines.join("\n"));
  });
});
