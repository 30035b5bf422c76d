import { pino } from 'pino';
import type { Log } from '../core/machine.ts';

/**
 * JSON lines to a file. A log that can't be written never fails a hook: then there is none. `base` stands in every line.
 */
export function createLog(file: string, level: 'info' | 'debug', base: object): Log {
  try {
    const destination = pino.destination({ dest: file, sync: true, append: true, mode: 0o600 });
    destination.on('error', () => undefined);
    return pino({ level, base, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  } catch {
    return { debug: nothing, info: nothing, warn: nothing, error: nothing };
  }
}

function nothing(): void {
  // a full or missing log disk
}
