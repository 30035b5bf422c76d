import fs from 'node:fs';
import path from 'node:path';
import { openTrusted } from '../core/files/trust.ts';
import { TRACE_FILE } from '../system/paths.ts';

/**
 * Notes how a product called us: arguments, names (not values) of the environment, directory, user, open descriptors,
 * the parent's command line. One run on a customer's host settles what a vendor's page leaves open. Readable by root
 * only; never fails a hook, and is not written where others could change it.
 */
export function traceCall(product: string, phase: string, descriptors: readonly string[]): void {
  const entry = {
    at: new Date().toISOString(),
    product,
    phase,
    argv: process.argv.slice(1),
    environment: Object.keys(process.env).toSorted(),
    cwd: attempt(() => process.cwd()),
    uid: process.getuid?.(),
    descriptors,
    parent: attempt(() => fs.readFileSync(`/proc/${process.ppid}/cmdline`, 'utf8').split('\0').filter(Boolean)),
  };
  attempt(() => {
    fs.mkdirSync(path.dirname(TRACE_FILE), { recursive: true, mode: 0o700 });
    const file = openTrusted(TRACE_FILE, 'state');
    try {
      fs.writeSync(file, `${JSON.stringify(entry)}\n`);
    } finally {
      fs.closeSync(file);
    }
  });
}

/** The open descriptors as `3 -> /path`. */
export function openDescriptors(): readonly string[] {
  const names = attempt(() => fs.readdirSync('/proc/self/fd')) ?? [];
  return names.flatMap((fd) => {
    const target = attempt(() => fs.readlinkSync(`/proc/self/fd/${fd}`));
    return target === undefined ? [] : [`${fd} -> ${target}`];
  });
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
