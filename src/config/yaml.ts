import {
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  Parser,
  type CST,
  type Document,
  type Node,
  type Pair,
  type Scalar,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import { isPlainMap, type Path, type Plain, type Position, type SourceFile } from './data.ts';
import { at, invalid, quoted } from './messages.ts';

const NO_ALIASES = 'anchors, aliases and merge keys are not supported; write the value out';
/** Maps and lists in each other; ours has five. Near the end of the stack a regular expression of Node.js 20 aborts the process. */
const DEEPEST = 50;
/** More errors of the kind that the parser itself reports are not looked at: one is shown. */
const MOST_ERRORS = 100;

/**
 * Understands the bytes of a file as YAML with a map at the top. Throws Fault `config.invalid` with the first error of
 * syntax, or with everything that is not plain data.
 */
export function readYaml(path: string, main: boolean, bytes: Buffer): SourceFile {
  const text = decode(path, bytes);
  const lines = new LineCounter();
  const place = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const { document, second } = quietly(() => compose(text, lines));
  if (document === undefined) throw invalid([at(path, { line: 1, column: 1 }, MEANING.RESOURCE_EXHAUSTION)]);
  const [error] = document.errors.toSorted((a, b) => a.pos[0] - b.pos[0]);
  // What is not closed is found at the end: that is on a line with text, not on an empty one below it.
  const end = text.trimEnd().length;
  if (error !== undefined) throw invalid([at(path, place(Math.min(error.pos[0], end)), meaning(error))]);
  if (second !== undefined) throw invalid([at(path, place(second), MEANING.MULTIPLE_DOCS)]);
  const problems: string[] = [];
  const report: Report = (node, what) => problems.push(at(path, place(node?.range?.[0] ?? 0), what));
  if (document.directives?.yaml.version !== '1.2') report(null, 'only YAML 1.2 is understood');
  const value = document.contents === null ? null : plain(document.contents, report);
  if (problems.length > 0) throw invalid(problems);
  if (value === null) {
    const least = main ? 'version: 1' : 'tasks: {NAME: /srv/data}';
    throw invalid([at(path, { line: 1, column: 1 }, `has no settings; write at least "${least}"`)]);
  }
  if (!isPlainMap(value))
    throw invalid([at(path, place(document.contents?.range?.[0] ?? 0), 'must be a map: "key: value"')]);
  return { path, main, value, position: (where, what = 'value') => place(offsetOf(document, where, what)) };
}

/** The first document and where a second one begins; none where it is nested too deeply. */
function compose(
  text: string,
  lines: LineCounter,
): { readonly document: Document.Parsed | undefined; readonly second?: number | undefined } {
  const tokens: CST.Token[] = [];
  let errors = 0;
  for (const token of new Parser(lines.addNewLine).parse(text)) {
    if (isTooDeep(token)) return { document: undefined };
    if (token.type === 'error') errors += 1;
    if (errors <= MOST_ERRORS) tokens.push(token);
  }
  // Keys count as the text that is written, which `plain` compares.
  const composer = new Composer({ strict: true, uniqueKeys: false, schema: 'core', version: '1.2' });
  const [document, second] = composer.compose(tokens, true, text.length);
  return { document, second: second?.range[0] };
}

/** Without recursion, unlike all that follows. */
function isTooDeep(top: CST.Token): boolean {
  const rest: { readonly token: CST.Token | null | undefined; readonly depth: number }[] = [{ token: top, depth: 0 }];
  for (let one = rest.pop(); one !== undefined; one = rest.pop()) {
    const { token, depth } = one;
    if (depth > DEEPEST) return true;
    if (token?.type === 'document') rest.push({ token: token.value, depth });
    if (!token || !('items' in token)) continue;
    for (const { key, value } of token.items)
      rest.push({ token: key, depth: depth + 1 }, { token: value, depth: depth + 1 });
  }
  return false;
}

/**
 * yaml (2.9.1) prints all that it reads to standard output if the caller's environment has one of these; and a stack
 * trace for each error, which nobody sees, makes a broken file take ten times as long.
 */
function quietly<T>(action: () => T): T {
  const noisy = ['LOG_STREAM', 'LOG_TOKENS'].map((name) => [name, process.env[name]] as const);
  const { stackTraceLimit } = Error;
  for (const [name] of noisy) delete process.env[name];
  Error.stackTraceLimit = 0;
  try {
    return action();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    for (const [name, value] of noisy) if (value !== undefined) process.env[name] = value;
  }
}

function decode(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const before = bytes.toString('utf8').split('\ufffd', 1)[0]?.split('\n') ?? [];
    const position = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    throw invalid([at(path, position, 'not UTF-8; save the file in that encoding')]);
  }
}

type Report = (node: Node | null, what: string) => void;

function plain(node: Node | null, report: Report): Plain {
  if (isAlias(node) || (node !== null && 'anchor' in node && node.anchor !== undefined)) {
    report(node, NO_ALIASES);
    return null;
  }
  if (node?.tag !== undefined)
    report(node, `tags such as ${quoted(node.tag.replace('tag:yaml.org,2002:', '!!'))} are not supported`);
  if (isSeq<Node>(node)) return node.items.map((item) => plain(item, report));
  if (isScalar(node)) return scalar(node);
  if (!isMap<Node, Node | null>(node)) return null;
  const map = Object.create(null) as Record<string, Plain>;
  for (const { key, value } of node.items) {
    const name = keyText(key);
    if (name === undefined) report(key, 'a key must be plain text');
    else if (name === '<<') report(key, NO_ALIASES);
    else if (name === '__proto__') report(key, 'this cannot be a key');
    else if (Object.hasOwn(map, name)) report(key, `duplicate key ${quoted(name)}`);
    else map[name] = plain(value, report);
  }
  return map;
}

/* `0700`, `1e3` and `1.0` mean different things to different people: they stay text, which says what was written. */
function scalar(node: Scalar): Plain {
  const { value } = node;
  if (typeof value === 'number' || typeof value === 'bigint') {
    const source = node.source ?? String(value);
    return /^-?(?:0|[1-9]\d*)$/.test(source) && Number.isSafeInteger(Number(value)) ? Number(value) : source;
  }
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}

/* `123:` and `null:` are keys with those names. */
function keyText(key: Node): string | undefined {
  if (!isScalar(key) || key.anchor !== undefined || key.tag !== undefined) return undefined;
  return typeof key.value === 'string' ? key.value : key.source;
}

function offsetOf(document: Document.Parsed, path: Path, what: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? 0;
  for (const [index, step] of path.entries()) {
    let key: unknown;
    if (isMap<Node, Node | null>(node)) {
      const pair = pairsOf(node).get(String(step));
      key = pair?.key;
      node = pair?.value;
    } else {
      node = isSeq(node) ? node.items[Number(step)] : undefined;
    }
    const last = index === path.length - 1;
    const nearest = [last && what === 'key' ? key : node, key].find((one) => startOf(one) !== undefined);
    if (nearest === undefined) break;
    offset = startOf(nearest) ?? offset;
  }
  return offset;
}

const pairs = new WeakMap<YAMLMap<Node, Node | null>, ReadonlyMap<string | undefined, Pair<Node, Node | null>>>();

/** The first pair of each key. A map may have thousands of keys, each with a problem of its own. */
function pairsOf(map: YAMLMap<Node, Node | null>): ReadonlyMap<string | undefined, Pair<Node, Node | null>> {
  const known = pairs.get(map) ?? new Map(map.items.toReversed().map((pair) => [keyText(pair.key), pair]));
  pairs.set(map, known);
  return known;
}

function startOf(node: unknown): number | undefined {
  return typeof node === 'object' && node !== null && 'range' in node ? (node as Node).range?.[0] : undefined;
}

function meaning(error: YAMLError): string {
  const text = error.message.charAt(0).toLowerCase() + error.message.slice(1);
  const meanings: Partial<Record<YAMLError['code'], string>> = MEANING;
  return meanings[error.code] ?? `${text.split('\n', 1)[0]}`;
}

const MEANING = {
  TAB_AS_INDENT: 'a tab; indent with spaces',
  MULTIPLE_DOCS: 'a second document begins here; put all into one, or into files of tasks.d',
  BLOCK_AS_IMPLICIT_KEY: 'a second ": " in one line; put the value in quotes, or the inner map on lines of its own',
  BAD_SCALAR_START: 'a value cannot begin with this character; put it in quotes',
  RESOURCE_EXHAUSTION: 'nested too deeply',
  BAD_INDENT: 'wrong indentation, or a "[" or "{" before it that is not closed',
  MISSING_CHAR: 'a quote, bracket or brace is missing, or was not closed before',
} as const satisfies Partial<Record<YAMLError['code'], string>>;
