import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Answer, Contract } from '../../src/core/ports/contract.ts';
import { Fault } from '../../src/core/model/fault.ts';
import { NODE_SOURCES } from './node.ts';

export interface Executable {
  readonly version: string;
  readonly name: string;
  readonly contract: Contract;
  /** What is bundled in it, for people. */
  readonly bundled: string;
  /** What the line before a deferred part begins with. */
  readonly mark: string;
  readonly eagerBytes: number;
  /** The least Node.js that it needs: `18.19`. */
  readonly leastNode: string;
}

/** hooks/build/prologue.sh for one executable. Throws where a blank is left, or where it would end early. */
export async function prologue(executable: Executable): Promise<string> {
  const { version, name, contract, bundled, mark, eagerBytes, leastNode } = executable;
  const template = await readFile(join(import.meta.dirname, 'prologue.sh'), 'utf8');
  const [major = 0, minor = 0] = leastNode.split('.').map(Number);
  return fillIn(template, {
    VERSION: version,
    NAME: name,
    BUNDLED: bundled,
    LOADER: loader(mark, eagerBytes + template.length),
    LEAST: String(major * 1000 + minor),
    LEAST_WORDS: leastNode,
    INSTALL: installCommands(),
    ANSWER: answer(contract),
  });
}

/** How much more than the template the prologue may have once it is filled in. */
const FILLED_IN = 16 * 1024;

/**
 * Reads the file, except for the deferred parts, as a CommonJS module with the caller's arguments; runs under `node -e`, in single
 * quotes of sh.
 */
function loader(mark: string, bytes: number): string {
  const lines = [
    '{const{dirname,resolve}=require("path"),fs=require("fs"),file=process.argv[1]=resolve(process.argv[1]);',
    // Else commander takes the first argument for the program's name, as it should with a real -e.
    // To start the same file again it is kept: ourselves() in src/system/exec.ts.
    'globalThis.holdstillStart=process.execArgv;process.execArgv=[];',
    // Nobody's business but goodnode.ts's.
    'globalThis.holdstillNode=process.env.HOLDSTILL_NODE;delete process.env.HOLDSTILL_NODE;',
    // The first mark is among the first bytes; of a file that somebody has changed all is read.
    `const fd=fs.openSync(file),head=Buffer.alloc(${bytes + FILLED_IN});`,
    'let text=head.latin1Slice(0,fs.readSync(fd,head,0,head.length,0));fs.closeSync(fd);',
    `const end=()=>text.indexOf("\\n${mark}");`,
    'if(end()<0)text=fs.readFileSync(file,"latin1");',
    'require("vm").compileFunction("//"+text.slice(0,end()),',
    '["exports","require","module","__filename","__dirname"],{filename:file})({},require,{},file,dirname(file))}',
  ];
  return lines.join('');
}

/** The branches of a `case` of sh, one for each kind of system. */
function installCommands(): string {
  return NODE_SOURCES.map(({ patterns, install }) => {
    const words = patterns.map((pattern) => pattern.replaceAll(' ', '\\ ')).join(' | ');
    return `    ${words}) hint='${install}' ;;`;
  }).join('\n');
}

/** sh commands that say `$what` is wrong, and `$hint`, as the product expects it. */
function answer(contract: Contract): string {
  const [what, hint] = ['WHAT-IS-WRONG', 'WHAT-TO-TYPE'];
  const fault = new Fault('runtime.missing', what, { hint });
  const { stdout, stderr, exit }: Answer = contract.encode({ kind: 'failed', fault, leftovers: [], lines: [] }, {});
  if (exit === 0) throw new Error(`${contract.product}: a hook that did not run must not succeed`);
  if (![what, hint].every((text) => `${stdout}${stderr}`.includes(text))) {
    throw new Error(`${contract.product}: the answer does not carry the message`);
  }
  const quote = (text: string) =>
    `'${text.replaceAll("'", `'\\''`).replaceAll('*/', `*''/`).replaceAll(what, `'"$what"'`).replaceAll(hint, `'"$hint"'`)}'`;
  return [
    ...(stderr === '' ? [] : [`printf '%s' ${quote(stderr)} >&2`]),
    ...(stdout === '' ? [] : [`printf '%s' ${quote(stdout)}`]),
    `exit ${exit}`,
  ].join('\n');
}

function fillIn(template: string, values: Readonly<Record<string, string>>): string {
  const text = template.replaceAll(/@([A-Z_]+)@/g, (_, key: string) => {
    const value = values[key];
    if (value === undefined) throw new Error(`prologue.sh: nothing to put in place of ${key}`);
    return value;
  });
  if (text.indexOf('*/') !== text.length - '*/\n'.length) throw new Error('prologue.sh: the comment ends too early');
  if (/[^\n\x20-\x7e]/.test(text)) throw new Error('prologue.sh: not plain ASCII');
  return text;
}
