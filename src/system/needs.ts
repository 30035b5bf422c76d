import os from 'node:os';
import type { Needs } from '../core/model/needs.ts';
import { hasModule } from './kernel/modules.ts';
import { howToHaveModules, howToInstall } from './packages.ts';
import { hasProgram } from './programs.ts';

/** A module of the kernel that is not there, for people. */
export function moduleLacked(name: string): string {
  const how = howToHaveModules(os.release());
  return `the kernel module ${name}${how === undefined ? '' : ` (${how})`}`;
}

/** What of it this machine lacks, for people. No process is started to learn that. */
export function lackOf({ programs, modules }: Needs): readonly string[] {
  return [
    ...programs.filter((program) => !hasProgram(program)).map((program) => `${program} (${howToInstall(program)})`),
    ...modules.filter((name) => hasModule(name) === false).map(moduleLacked),
  ];
}
