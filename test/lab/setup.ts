import type { TestProject } from 'vitest/node';
import { labReason } from './reason.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Why there is no lab here; empty: there is one. */
    readonly noLab: string;
  }
}

/** Vitest's global set-up: get the packages once and try one guest, before any worker asks for them. */
export async function setup(project: TestProject): Promise<void> {
  project.provide('noLab', (await labReason()) ?? '');
}
