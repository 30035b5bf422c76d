import { readFileSync } from 'node:fs';
import { Fault } from '../core/model/fault.ts';
import { compile } from './compiled.ts';

/** A deferred part of an executable: see hooks/build/parts.ts. */
export interface Marks {
  readonly name: string;
  /** The lines around it. */
  readonly begin: string;
  readonly end: string;
  /** What stands for `*` + `/` in it. */
  readonly token: string;
}

/** On the process, because every part of an executable has its own copy of this file. */
const OWN_BYTES = Symbol.for('holdstill.ownBytes');
const shared = globalThis as { [OWN_BYTES]?: Buffer };

/**
 * The exports of a part of this very file that stands in a comment at its end. A hook that has nothing to do never
 * comes here, and V8 never parses what it doesn't need.
 *
 * The marks carry a checksum of the part, so a file that was replaced since this process began is found out.
 */
export function loadDeferred(file: string, folder: string, load: NodeJS.Require, marks: Marks): unknown {
  const module = { exports: {} as unknown };
  const run = compile({ name: marks.name, ...deferredPart(file, marks) });
  run(module.exports, load, module, file, folder);
  return module.exports;
}

function deferredPart(file: string, { begin, end, token }: Marks): { bytes: Buffer; text: string } {
  const all = (shared[OWN_BYTES] ??= readFileSync(file));
  const before = all.indexOf(`\n${begin}\n`);
  const start = before + begin.length + 2;
  const stop = all.indexOf(`\n${end}\n`, start);
  if (before < 0 || stop < 0) {
    throw new Fault('runtime.missing', `${file} was changed while it ran, or is not whole`, {
      hint: 'copy the file again and repeat the call',
    });
  }
  const bytes = all.subarray(start, stop);
  return { bytes, text: bytes.toString('latin1').replaceAll(token, '*/') };
}
