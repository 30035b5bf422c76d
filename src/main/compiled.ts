import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import path from 'node:path';
import { Script } from 'node:vm';
import { readCode, writeCode } from './codecache.ts';
import { keepNode } from './goodnode.ts';
import { CODE_DIRECTORY } from '../system/paths.ts';

/** A deferred part of an executable. */
export interface DeferredPart {
  readonly name: string;
  readonly text: string;
  /** The same as it stands in the file. */
  readonly bytes: Buffer;
}

/** What was compiled here, and where V8's code of it is to be kept. */
interface Fresh {
  readonly script: Script;
  readonly file: string;
}

/** V8 compiles less than this as quickly as it reads what was kept. */
const WORTH_KEEPING = 64 * 1024;
const HEAD = '(function (exports, require, module, __filename, __dirname) {';
/** On the process, because every part of an executable has its own copy of this file. */
const FRESH = Symbol.for('holdstill.fresh');
const shared = globalThis as { [FRESH]?: Fresh[] };

/**
 * A part as a function of what a CommonJS module has; of a large one V8's code is taken that an earlier run has kept. In stack
 * traces it is called `holdstill/app` and its lines count from its mark: it is the same in all executables, and so is what is kept.
 */
export function compile({ name, text, bytes }: DeferredPart): (...words: readonly unknown[]) => void {
  const source = `${HEAD}${text}\n})`;
  const where = { filename: `holdstill/${name}`, lineOffset: 1, columnOffset: -HEAD.length };
  const kept = bytes.length < WORTH_KEEPING ? undefined : cacheFileOf(name, bytes);
  const cachedData = kept === undefined ? undefined : readCode(kept);
  const script = new Script(source, cachedData === undefined ? where : { ...where, cachedData });
  if (kept !== undefined && (cachedData === undefined || script.cachedDataRejected)) {
    (shared[FRESH] ??= []).push({ script, file: kept });
  }
  return script.runInThisContext() as (...words: readonly unknown[]) => void;
}

/** Keeps V8's code of what was compiled here, with all functions that were called: for the end of a run that went well, as root. */
export function keepCompiled(): void {
  keepNode();
  for (const { script, file } of shared[FRESH]?.splice(0) ?? []) writeCode(file, () => script.createCachedData());
}

/** Another one for each text and each Node.js: what V8 itself looks at is its own version, its flags and the length of the text. */
function cacheFileOf(name: string, bytes: Buffer): string | undefined {
  const exe = statSync('/proc/self/exe', { throwIfNoEntry: false });
  if (!exe || process.geteuid?.() !== 0) return undefined;
  const { ino, size, mtimeMs } = exe;
  const run = JSON.stringify([HEAD, process.versions, process.arch, ino, size, mtimeMs]);
  const key = createHash('sha256').update(run).update(bytes).digest('hex');
  return path.join(CODE_DIRECTORY, `${name}.${key.slice(0, 32)}`);
}
