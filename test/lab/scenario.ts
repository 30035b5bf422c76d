import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type LabOptions, type LabRun, inLab } from './run.ts';
import { quote } from './quote.ts';

/** What a script is told by its test: a text or a number becomes a shell variable, a list becomes an array. */
type Value = string | number | readonly (string | number)[];

interface ScenarioOptions extends Omit<LabOptions, 'name'> {
  /** By name, in capitals, so that shellcheck does not look for them in the script. They are not exported. */
  readonly values?: Readonly<Record<Uppercase<string>, Value>>;
}

/** Run a bash file in a fresh guest. FILE is said from the root of the repository: `test/e2e/aside.bash`. */
export async function scenario(file: string, { values = {}, ...options }: ScenarioOptions = {}): Promise<LabRun> {
  if (!existsSync(join(import.meta.dirname, '../..', file))) throw new Error(`there is no ${file}`);
  const lines = Object.entries(values).map(([name, value]) => `${name}=${words(value)}\n`);
  return inLab(`${lines.join('')}. "$REPO/${file}"`, { ...options, name: basename(file, '.bash') });
}

function words(value: Value): string {
  return typeof value === 'object' ? `(${value.map(word).join(' ')})` : word(value);
}

function word(value: string | number): string {
  return quote(String(value));
}
