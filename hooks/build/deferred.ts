import { readFileSync } from 'node:fs';
import { compileFunction } from 'node:vm';
import { Fault } from '../../src/core/model/fault.ts';

/** The lines around a deferred part of an executable, and what stands for `*` + `/` in it. */
export interface Marks {
  readonly begin: string;
  readonly end: string;
  readonly token: string;
}

/**
 * The exports of a part of this very file that stands in a comment at its end. A hook that has nothing to do never
 * comes here, and V8 never parses what it doesn't need.
 *
 * The marks carry a checksum of the part, so a file that was replaced since this process began is found out.
 */
export function loadDeferred(file: string, folder: string, load: NodeJS.Require, marks: Marks): unknown {
  const { code, lineOffset } = deferredPart(file, marks);
  const module = { exports: {} as unknown };
  const parameters = ['exports', 'require', 'module', '__filename', '__dirname'];
  compileFunction(code, parameters, { filename: file, lineOffset })(module.exports, load, module, file, folder);
  return module.exports;
}

function deferredPart(file: string, { begin, end, token }: Marks): { code: string; lineOffset: number } {
  const text = readFileSync(file, 'latin1');
  const before = text.indexOf(`\n${begin}\n`);
  const start = before + begin.length + 2;
  const stop = text.indexOf(`\n${end}\n`, start);
  if (before < 0 || stop < 0) {
    throw new Fault('runtime.missing', `${file} was changed while it ran, or is not whole`, {
      hint: 'copy the file again and repeat the call',
    });
  }
  let lineOffset = 0;
  for (let at = text.indexOf('\n'); at < start; at = text.indexOf('\n', at + 1)) lineOffset += 1;
  return { code: text.slice(start, stop).replaceAll(token, '*/'), lineOffset };
}
