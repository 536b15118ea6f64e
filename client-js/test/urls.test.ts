import { expect, it } from "vitest";
import { safeImage, safeLink } from "../src/urls.js";

const BASE = "https://shop.example/category/phones";

it.each([
  ["/cart", "https://shop.example/cart"],
  ["?sort=price", "https://shop.example/category/phones?sort=price"],
  ["//other.example/x", "https://other.example/x"],
  ["http://shop.example/x", "http://shop.example/x"],
  ["javascript:alert(1)", undefined],
  ["java\nscript:alert(1)", undefined],
  [" javascript:alert(1)", undefined],
  ["data:text/html,x", undefined],
  ["vbscript:x", undefined],
  ["blob:https://shop.example/1", undefined],
  ["https://shop.example@evil.example/", undefined],
  ["https://[", undefined],
])("links: %j is %j", (given, expected) => expect(safeLink(given, BASE)).toBe(expected));

it.each([
  ["/img/1.svg", "https://shop.example/img/1.svg"],
  ["https://cdn.example/1.png", "https://cdn.example/1.png"],
  ["http://cdn.example/1.png", undefined],
  ["data:image/png;base64,AA", undefined],
  ["javascript:alert(1)", undefined],
])("pictures: %j is %j", (given, expected) => expect(safeImage(given, BASE)).toBe(expected));

it("lets a shop on http use its own pictures", () => expect(safeImage("/1.svg", "http://localhost:8080/")).toBe("http://localhost:8080/1.svg"));
