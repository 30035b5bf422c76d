import fs from 'node:fs';
import type { Command } from '../command.ts';

/** Whether systemd runs this system: sd_booted(3). */
export function hasSystemd(): boolean {
  return fs.lstatSync('/run/systemd/system', { throwIfNoEntry: false })?.isDirectory() === true;
}

/**
 * Starts a program as a unit of its own, in the namespaces of the host and out of the caller's control group, which
 * systemd ends with the caller's unit. Ends as soon as it is started. `--collect` (a unit that failed is forgotten) is
 * there since systemd 236. A dollar sign would be the name of a variable: systemd.service(5), COMMAND LINES.
 */
export function startService(
  unit: string,
  description: string,
  env: Readonly<Record<string, string>>,
  words: readonly string[],
): Command<void> {
  const variables = Object.entries(env).map(([name, value]) => `--setenv=${name}=${value}`);
  const options = ['--quiet', '--collect', `--unit=${unit}`, `--description=${description}`, ...variables];
  return {
    tool: 'systemd-run',
    argv: [...options, '--', ...words.map((word) => word.replaceAll('$', '$$$$'))],
    mutates: false,
    mostMs: 10_000,
    statuses: [0],
    parse: () => undefined,
  };
}
