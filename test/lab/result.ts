import { readFile, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** A command that ran in the guest by `call NAME command ...`. */
export interface Call {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** The text of a file that the guest wrote to $LAB; an error if it wrote none of that name. */
export type Files = (name: string) => string;

/** Take everything out of a run's $LAB, which is gone after this. */
export async function collect(directory: string): Promise<{
  calls: Readonly<Record<string, Call>>;
  call: (name: string) => Call;
  files: Files;
}> {
  const texts = await readAll(directory);
  const calls: Record<string, Call> = {};
  for (const [file, text] of texts) {
    const name = /^(.*)\.status$/u.exec(file)?.[1];
    const [, status, ms] = /^(\d+) (\d+)\n$/u.exec(text) ?? [];
    if (name === undefined || status === undefined) continue;
    const [stdout = '', stderr = ''] = [texts.get(`${name}.out`), texts.get(`${name}.err`)];
    calls[name] = { status: Number(status), stdout, stderr, ms: Number(ms) };
  }
  const call = (name: string) => lookUp(`no \`call ${name}\` ended in the guest`, name, new Map(Object.entries(calls)));
  const files = (name: string) => lookUp(`the guest wrote no $LAB/${name}`, name, texts);
  return { calls, call, files };
}

function lookUp<T>(otherwise: string, name: string, all: ReadonlyMap<string, T>): T {
  const one = all.get(name);
  if (one === undefined) throw new Error(`${otherwise}; there is: ${[...all.keys()].join(', ') || 'nothing'}`);
  return one;
}

async function readAll(directory: string): Promise<Map<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(
    files.map(async (file) => [relative(directory, file), await readFile(file, 'utf8').catch(() => '')] as const),
  );
  return new Map(texts);
}
