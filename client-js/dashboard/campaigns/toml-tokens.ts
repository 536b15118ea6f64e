// Splits TOML into colored pieces, line by line. It only colors: the server alone says what is right. Pure.

export type TokenKind = "comment" | "table" | "key" | "string" | "number" | "word" | "plain";

export interface Token {
  kind: TokenKind;
  text: string;
}

const PIECES: [TokenKind, RegExp][] = [
  ["comment", /^#.*/],
  ["string", /^"(?:[^"\\]|\\.)*"?/],
  ["string", /^'[^']*'?/],
  ["number", /^[+-]?\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?\b/i],
  ["word", /^(?:true|false)\b/],
  ["key", /^[A-Za-z_][\w.-]*(?=\s*=)/],
  ["plain", /^\s+/],
  ["plain", /^[A-Za-z_][\w-]*/],
  ["plain", /^./],
];

/** Returns the tokens of each line. Strings over several lines are colored from opening to closing quotes. */
export function tomlLines(source: string): Token[][] {
  let open: string | null = null;
  return source.split("\n").map((line) => {
    const tokens: Token[] = [];
    let rest = line;
    if (open !== null) {
      const end = rest.indexOf(open);
      if (end < 0) return [{ kind: "string", text: rest }];
      tokens.push({ kind: "string", text: rest.slice(0, end + 3) });
      rest = rest.slice(end + 3);
      open = null;
    } else if (/^\s*\[/.test(rest) && !/^\s*\[[^\]]*,/.test(rest)) {
      const head = /^\s*\[\[?[^\]]*\]?\]?/.exec(rest)?.[0] ?? rest;
      tokens.push({ kind: "table", text: head });
      rest = rest.slice(head.length);
    }
    while (rest.length > 0) {
      const fence: string | undefined = /^("""|''')/.exec(rest)?.[1];
      if (fence !== undefined) {
        const end = rest.indexOf(fence, 3);
        const text = end < 0 ? rest : rest.slice(0, end + 3);
        if (end < 0) open = fence;
        tokens.push({ kind: "string", text });
        rest = rest.slice(text.length);
        continue;
      }
      const token = next(rest);
      tokens.push(token);
      rest = rest.slice(token.text.length);
    }
    return tokens;
  });
}

function next(rest: string): Token {
  for (const [kind, pattern] of PIECES) {
    const text = pattern.exec(rest)?.[0];
    if (text) return { kind, text };
  }
  return { kind: "plain", text: rest };
}

/** Where a line and column (both from 1) are in the source; beyond the end is the end. */
export function offsetOf(source: string, line: number, column: number): number {
  let offset = 0;
  for (let i = 1; i < line; i += 1) {
    const end = source.indexOf("\n", offset);
    if (end < 0) return source.length;
    offset = end + 1;
  }
  const end = source.indexOf("\n", offset);
  return Math.min(offset + Math.max(0, column - 1), end < 0 ? source.length : end);
}
