import { pino } from 'pino';
import { isFault } from '../core/model/fault.ts';
import type { Log } from '../core/ports/machine.ts';
import { errorCode, openTrusted } from '../core/files/trust.ts';
import { whyNot, writeHint } from '../core/text/why.ts';
import { NO_LOG } from './plainlog.ts';

/** A log, and why it is none, where somebody should hear of it. */
export interface OpenedLog {
  readonly log: Log;
  readonly refused: string | undefined;
}

/**
 * JSON lines to a file. A log that can't be written never fails a hook: then there is none. One that others than root
 * could change is not written, and `refused` says why and how to fix it. `base` stands in every line.
 */
export function createLog(file: string, level: 'info' | 'debug', base: object): OpenedLog {
  try {
    const destination = pino.destination({ dest: openTrusted(file, 'state'), sync: true });
    destination.on('error', () => undefined);
    return { log: pino({ level, base, timestamp: pino.stdTimeFunctions.isoTime }, destination), refused: undefined };
  } catch (error) {
    const refused =
      isFault(error) && error.code === 'state.insecure'
        ? `${error.message}: none is written; ${error.hint}`
        : errorCode(error) === 'EROFS'
          ? `no log is written: ${file}: ${whyNot(error)}; ${writeHint(error, file)}`
          : undefined;
    return { log: NO_LOG, refused };
  }
}
