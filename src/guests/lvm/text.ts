/** A value of LVM's text format. */
export type Value = string | number | readonly (string | number)[];

/** A section of LVM's text format; what is in it keeps its order. */
export interface Section {
  readonly values: ReadonlyMap<string, Value>;
  readonly sections: ReadonlyMap<string, Section>;
}

type Mutable = { readonly values: Map<string, Value>; readonly sections: Map<string, Mutable> };

/** lvm.conf(5) and libdm's config parser (lvm2 2.03.16). Each alone, since what an expression repeats can be too much for its stack. */
const BLANK = /\s+|#[^\n]*/y;
/** Number, name, sign. */
const WORD = /(-?\d+(?:\.\d+)?)(?![A-Za-z0-9_.+-])|([A-Za-z0-9_.+-]+)|([={}[\],])/y;

/** Guests don't nest deeper than volume group, logical volumes, one of them, segment. */
const DEEPEST = 8;

interface Token {
  readonly kind: 'string' | 'number' | 'name' | 'sign' | 'end';
  readonly text: string;
}

/**
 * Reads the text in which LVM keeps what it knows of a volume group. Undefined: it is not such a text. It was written by a
 * guest, so anything may stand in it.
 */
export function parseText(text: string): Section | undefined {
  const tokens = tokensOf(text);
  if (!tokens) return undefined;
  const top: Mutable = empty();
  const open: Mutable[] = [top];
  for (let at = 0; at < tokens.length;) {
    const inner = open.at(-1);
    const token = tokens[at];
    if (!inner || !token) return undefined;
    if (token.kind === 'end') return open.length === 1 ? top : undefined;
    if (isSign(token, '}')) {
      open.pop();
      at += 1;
      continue;
    }
    if (token.kind !== 'name' && token.kind !== 'number' && token.kind !== 'string') return undefined;
    if (inner.values.has(token.text) || inner.sections.has(token.text)) return undefined;
    if (isSign(tokens[at + 1], '{')) {
      if (open.length >= DEEPEST) return undefined;
      const section = empty();
      inner.sections.set(token.text, section);
      open.push(section);
      at += 2;
    } else if (isSign(tokens[at + 1], '=')) {
      const read = valueAt(tokens, at + 2);
      if (!read) return undefined;
      inner.values.set(token.text, read.value);
      at = read.next;
    } else {
      return undefined;
    }
  }
  return undefined;
}

function empty(): Mutable {
  return { values: new Map(), sections: new Map() };
}

function tokensOf(text: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  for (let at = afterBlanks(text, 0); at < text.length; at = afterBlanks(text, at)) {
    if (text.charAt(at) === '"') {
      const end = endOfString(text, at + 1);
      if (end === undefined) return undefined;
      tokens.push({ kind: 'string', text: text.slice(at + 1, end).replaceAll(/\\([^])/g, '$1') });
      at = end + 1;
      continue;
    }
    WORD.lastIndex = at;
    const [whole, number, name, sign = ''] = WORD.exec(text) ?? [];
    if (whole === undefined) return undefined;
    if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else tokens.push({ kind: 'sign', text: sign });
    at += whole.length;
  }
  tokens.push({ kind: 'end', text: '' });
  return tokens;
}

function afterBlanks(text: string, start: number): number {
  BLANK.lastIndex = start;
  let at = start;
  while (BLANK.test(text)) at = BLANK.lastIndex;
  return at;
}

/** Where the quote is that ends it. */
function endOfString(text: string, start: number): number | undefined {
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') return at;
    if (character === '\\') at += 1;
  }
  return undefined;
}

function valueAt(tokens: readonly Token[], at: number): { readonly value: Value; readonly next: number } | undefined {
  const first = tokens[at];
  if (!isSign(first, '[')) {
    const value = plain(first);
    return value === undefined ? undefined : { value, next: at + 1 };
  }
  const list: (string | number)[] = [];
  let next = at + 1;
  while (!isSign(tokens[next], ']')) {
    const value = plain(tokens[next]);
    if (value === undefined) return undefined;
    list.push(value);
    next += 1;
    if (isSign(tokens[next], ',')) next += 1;
    else if (!isSign(tokens[next], ']')) return undefined;
  }
  return { value: list, next: next + 1 };
}

function plain(token: Token | undefined): string | number | undefined {
  if (token?.kind === 'string') return token.text;
  return token?.kind === 'number' ? Number(token.text) : undefined;
}

function isSign(token: Token | undefined, sign: string): boolean {
  return token?.kind === 'sign' && token.text === sign;
}
