import { labReason } from './reason.ts';

/** Vitest's global set-up (and for by hand): get the packages once, before any worker asks for them. */
export async function setup(): Promise<void> {
  await labReason();
}
