import type { Answer, Contract, Phase } from '../core/ports/contract.ts';
import { VERSION } from '../core/model/version.ts';
import { CONFIG_DIRECTORY } from '../system/paths.ts';

/** What a person reads who calls a hook with `--help`. No product does: the name of a task can't begin with `-`. */
export function helpFor({ usage }: Contract, phase: Phase): Answer {
  const lines = [
    `usage: ${usage[phase]}`,
    '',
    phase === 'open'
      ? `holdstill ${VERSION}: takes snapshots for a backup job before it runs, and mounts them read-only`
      : `holdstill ${VERSION}: reports after a backup job whether its snapshots were good until the end, and removes them`,
    '',
    `configuration: ${CONFIG_DIRECTORY}/holdstill.yaml and ${CONFIG_DIRECTORY}/tasks.d/*.yaml`,
    'check it:      holdstill config validate',
    'try a task:    holdstill plan TASK   (changes nothing)',
    'what is open:  holdstill status',
  ];
  return { stdout: lines.map((line) => `${line}\n`).join(''), stderr: '', exit: 0 };
}
