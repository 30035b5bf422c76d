import fs from 'node:fs';
import type { Log } from '../core/ports/machine.ts';
import { openTrusted } from '../core/files/trust.ts';

/** A log that is none: where it can't be written. */
export const NO_LOG: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** pino's numbers. */
const LEVELS = { info: 30, warn: 40, error: 50 } as const;

/** A log of the same lines as that of `createLog`, from `info` on, without pino: for a process that stays for hours. */
export function createPlainLog(file: string, base: object): Log {
  let fd: number;
  try {
    fd = openTrusted(file, 'state');
  } catch {
    return NO_LOG;
  }
  const at = (level: number) => (fields: object, msg: string) => {
    const line = { level, time: new Date().toISOString(), ...base, ...fields, ...serialized(fields), msg };
    try {
      fs.writeSync(fd, `${JSON.stringify(line)}\n`);
    } catch {
      nothing();
    }
  };
  return { debug: nothing, info: at(LEVELS.info), warn: at(LEVELS.warn), error: at(LEVELS.error) };
}

/** An error as pino shows it. */
function serialized({ err }: { readonly err?: unknown }): object {
  if (!(err instanceof Error)) return {};
  const { constructor, message, stack } = err;
  return { err: { type: constructor.name, message, stack, ...(err as object) } };
}

function nothing(): void {
  // a full or missing log disk
}
