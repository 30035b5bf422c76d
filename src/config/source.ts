import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type Scalar,
  type YAMLError,
} from 'yaml';
import type { Switches } from '../core/contract.ts';
import { isFault, type Fault } from '../core/fault.ts';
import { mentions, readFiles, type RawFile } from './files.ts';
import { isPlainMap, mapOf, type Path, type Plain, type Position, type SourceFile } from './plain.ts';
import { lenientSwitches, shapeProblem } from './shape.ts';
import { sorted } from './sorted.ts';
import { at, invalid, quoted } from './wording.ts';

const NO_ALIASES = 'anchors, aliases and merge keys are not supported; write the value out';

/** A file that can't be used, and why. */
export interface BrokenFile {
  readonly path: string;
  readonly main: boolean;
  readonly fault: Fault;
}

/** All that the admin wrote, checked only as far as it is quick. */
export interface Sources {
  readonly files: readonly SourceFile[];
  readonly brokenFiles: readonly BrokenFile[];
  /** The names of the tasks of all sound files; their records are not looked at. */
  readonly taskNames: ReadonlySet<string>;
  /** How much goes to the log; what is not well written counts as `info`. */
  readonly logLevel: 'info' | 'debug';
  /** A product's section of holdstill.yaml, read leniently: what is not of the right type is left out. */
  switches(section: 'sesam' | 'bacula'): Switches;
  /**
   * Why the configuration can't say whether `name` is a task: holdstill.yaml is broken, or `name` is in no sound file
   * and a broken one mentions it. Undefined: it can; `name` is a task exactly if it is in `taskNames`.
   */
  faultFor(name: string): Fault | undefined;
}

/**
 * Reads holdstill.yaml and tasks.d/*.yaml below `directory`. All must belong to root or to `owner` (a user id) and be
 * writable by nobody else. What is wrong with one file is kept in the answer. Throws Fault `config.missing` where there
 * is no file at all, `config.insecure` or `config.unreadable` where a directory is at fault.
 */
export function readSources(directory = '/etc/holdstill', options: { readonly owner?: number } = {}): Sources {
  const raws = readFiles(directory, options.owner ?? 0);
  const read = raws.map((raw) => ({ raw, parsed: understand(raw) }));
  const files = read.flatMap(({ parsed }) => (isFault(parsed) ? [] : [parsed]));
  const main = files.find((file) => file.main);
  const taskNames = new Set(files.flatMap((file) => Object.keys(mapOf(file.value['tasks']))));
  return {
    files,
    brokenFiles: read.flatMap(({ raw, parsed }) =>
      isFault(parsed) ? [{ path: raw.path, main: raw.main, fault: parsed }] : [],
    ),
    taskNames,
    logLevel: mapOf(main?.value['log'])['level'] === 'debug' ? 'debug' : 'info',
    switches: (section) => lenientSwitches(mapOf(main?.value[section])),
    faultFor: (name) => {
      for (const { raw, parsed } of read) {
        const fault = isFault(parsed) ? parsed : shapeProblem(parsed);
        if (fault !== undefined && (raw.main || (!taskNames.has(name) && mentions(raw.bytes, name)))) return fault;
      }
      return undefined;
    },
  };
}

function understand(raw: RawFile): SourceFile | Fault {
  if (raw.fault !== undefined) return raw.fault;
  try {
    return parse(raw.path, raw.main, raw.bytes ?? Buffer.alloc(0));
  } catch (error) {
    if (isFault(error)) return error;
    if (error instanceof RangeError) return invalid([at(raw.path, { line: 1, column: 1 }, 'nested too deeply')]);
    throw error;
  }
}

function parse(path: string, main: boolean, bytes: Buffer): SourceFile {
  const text = decode(path, bytes);
  const lines = new LineCounter();
  const place = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    strict: true,
    // Keys count as the text that is written, which `plain` compares.
    uniqueKeys: false,
    schema: 'core',
    version: '1.2',
  });
  const [error] = sorted(document.errors, (a, b) => a.pos[0] - b.pos[0]);
  if (error !== undefined) throw invalid([at(path, place(error.pos[0]), meaning(error))]);
  const problems: string[] = [];
  const report: Report = (node, what) => problems.push(at(path, place(node?.range?.[0] ?? 0), what));
  if (document.directives?.yaml.version !== '1.2') report(null, 'only YAML 1.2 is understood');
  const value = document.contents === null ? null : plain(document.contents, report);
  if (problems.length > 0) throw invalid(problems);
  if (value === null) {
    const least = main ? 'version: 1' : 'tasks: {NAME: /srv/data}';
    throw invalid([at(path, { line: 1, column: 1 }, `holds no settings; the least is "${least}", or remove the file`)]);
  }
  if (!isPlainMap(value))
    throw invalid([at(path, place(document.contents?.range?.[0] ?? 0), 'must be a map: "key: value"')]);
  return { path, main, value, position: (where, what = 'value') => place(offsetOf(document, where, what)) };
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
    else if (name === '__proto__') report(key, 'this can not be a key');
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
      const pair = node.items.find((item) => keyText(item.key) === String(step));
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

function startOf(node: unknown): number | undefined {
  return typeof node === 'object' && node !== null && 'range' in node ? (node as Node).range?.[0] : undefined;
}

function meaning(error: YAMLError): string {
  const text = error.message.charAt(0).toLowerCase() + error.message.slice(1);
  return MEANING[error.code] ?? `${text.split('\n', 1)[0]}`;
}

const MEANING: Partial<Record<YAMLError['code'], string>> = {
  TAB_AS_INDENT: 'a tab; indent with spaces',
  MULTIPLE_DOCS: 'a second document begins here; put all into one, or into files of tasks.d',
  BLOCK_AS_IMPLICIT_KEY: 'a second ": " in one line; put the value in quotes, or the inner map on lines of its own',
  BAD_SCALAR_START: 'a value can not begin with this character; put it in quotes',
  RESOURCE_EXHAUSTION: 'nested too deeply',
  BAD_INDENT: 'wrong indentation, or a "[" or "{" before it that is not closed',
  MISSING_CHAR: 'a quote, bracket or brace is missing, or was not closed before',
};
