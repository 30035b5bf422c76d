import type { Configuration } from '../config/configuration.ts';
import { jsonText } from '../report/json.ts';

/** Checks the whole configuration: warnings of what is hardly intended, and a line that says it is well. Throws a Fault that lists all problems. */
export async function validateConfig(configuration: Configuration, json: boolean): Promise<string> {
  const { loadConfig } = await import('../config/load.ts');
  const { warningsOf } = await import('../config/warnings.ts');
  const { tasks } = loadConfig(configuration);
  const warnings = warningsOf(configuration, tasks);
  const files = configuration.files.map(({ path }) => path);
  if (json) return jsonText({ schema: 1, tasks: [...tasks.keys()], files, warnings });
  const lines = [...warnings.map((warning) => `warning: ${warning}`), `ok: ${tasks.size} tasks in ${files.join(', ')}`];
  return lines.map((line) => `${line}\n`).join('');
}

/** Every task with all its settings. Throws like `validateConfig`. */
export async function showConfig(configuration: Configuration, json: boolean): Promise<string> {
  const { loadConfig } = await import('../config/load.ts');
  const { describeSource } = await import('../config/sources/lookup.ts');
  const { describeMeans } = await import('../config/quiesce/form.ts');
  const { configText } = await import('../report/config.ts');
  const { sections, log, ...config } = loadConfig(configuration);
  const tasks = [...config.tasks.values()];
  return json ? jsonText({ schema: 1, tasks, ...sections, log }) : configText(tasks, describeSource, describeMeans);
}

export async function configSchema(): Promise<string> {
  const { jsonSchema } = await import('../config/schema.ts');
  return `${JSON.stringify(jsonSchema(), undefined, 2)}\n`;
}
