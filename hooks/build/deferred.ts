import { readFileSync } from 'node:fs';
import { compileFunction } from 'node:vm';
import { Fault } from '../../src/core/model/fault.ts';

/** The lines around the deferred part in an executable, and what stands for `*` + `/` in it. */
export interface Marks {
  readonly begin: string;
  readonly end: string;
  readonly token: string;
}

/**
 * The exports of the part of this very file that stands in a comment at its end. A hook that has nothing to do never
 * comes here, and V8 never parses what it doesn't need.
 *
 * The marks carry a checksum of the part, so a file that was replaced since this process began is found out.
 */
export function loadDeferred(file: string, folder: string, load: NodeJS.Require, marks: Marks): unknown {
  const text = readFileSync(file, 'latin1');
  const begin = text.indexOf(`\n${marks.begin}\n`);
  const start = begin + marks.begin.length + 2;
  const stop = text.indexOf(`\n${marks.end}\n`, start);
  if (begin < 0 || stop < 0) {
    throw new Fault('runtime.missing', `${file} was changed while it ran, or is not whole`, {
      hint: 'copy the file again and repeat the call',
    });
  }
  const lineOffset = text.slice(0, start).split('\n').length - 1;
  const code = text.slice(start, stop).replaceAll(marks.token, '*/');
  const module = { exports: {} as unknown };
  const parameters = ['exports', 'require', 'module', '__filename', '__dirname'];
  compileFunction(code, parameters, { filename: file, lineOffset })(module.exports, load, module, file, folder);
  return module.exports;
}
