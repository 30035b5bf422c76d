import type { Needs } from '../core/needs.ts';
import { hasModule } from './modules.ts';
import { howToInstall } from './packages.ts';
import { hasProgram } from './programs.ts';

/** What of it this machine lacks, for people. No process is started to learn that. */
export function lackOf({ programs, modules }: Needs): readonly string[] {
  return [
    ...programs.filter((program) => !hasProgram(program)).map((program) => `${program} (${howToInstall(program)})`),
    ...modules.filter((name) => hasModule(name) === false).map((name) => `the kernel module ${name}`),
  ];
}
