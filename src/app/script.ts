import type { Configuration } from '../config/configuration.ts';
import { escapeText } from '../core/text/escape.ts';
import type { Contract } from '../core/ports/contract.ts';
import { asError, Fault, isFault } from '../core/model/fault.ts';
import { statusSaid } from '../core/text/scriptstatus.ts';
import { TIMEOUT_MS } from './host.ts';
import { openMachine } from './session.ts';
import { CALLED, runScript } from '../system/script.ts';
import { checkProgram } from '../system/userprogram.ts';

/** A script of the admin's that had been in the place of our hook, and is called by it now. */
export interface Script {
  /** Whose section of the configuration names it. */
  readonly contract: Pick<Contract, 'product' | 'section'>;
  /** The setting that does. */
  readonly key: 'before' | 'after';
  readonly file: string;
  /** The task that the hook is called for; undefined: it is not ours. */
  readonly task: string | undefined;
  /** Undefined: the configuration can't be read. */
  readonly configuration: Configuration | undefined;
}

/** What came of it. */
export interface ScriptResult {
  /** What it printed, without its result, each line escaped. */
  readonly lines: readonly string[];
  /** Why the job must fail; undefined: it need not. */
  readonly fault: Fault | undefined;
}

/** A job log that is longer is not read; it is the admin's, so it may be longer than ours. */
const MOST_LINES = 100;
/** What a script may take at least, however late it is. */
const LEAST_MS = 5000;

/**
 * Runs it with the product's own arguments, environment and directory, once it is sure that nobody but root could have
 * changed it. `before` may take half the time of the hook, `after` what is left of it. Never throws.
 */
export async function callScript(script: Script): Promise<ScriptResult> {
  const { contract, key, file, task = '', configuration } = script;
  const level = configuration?.logLevel ?? 'info';
  const session = { task, contract: contract.product, phase: key, level, timeoutMs: undefined };
  const { log, exec } = openMachine(session);
  const timeMs = await timeOf(script);
  const limitMs = key === 'before' ? timeMs / 2 : Math.max(timeMs - performance.now(), LEAST_MS);
  try {
    checkCaller(`${contract.section}.${key}`, file);
    await checkProgram(`${contract.section}.${key}`, file, exec);
    const { status, text, tooLate } = await runScript([file, ...process.argv.slice(2)], limitMs);
    log.info({ script: file, status, tooLate }, 'a script of the admin has ended');
    const { lines, problem } = statusSaid(text, status);
    const late = tooLate ? `did not end within ${Math.round(limitMs / 1000)} s` : undefined;
    const why = late ?? problem;
    return {
      lines: shortened(lines),
      fault: why === undefined ? undefined : new Fault('script.failed', `${file}: ${why}`),
    };
  } catch (error) {
    log.error({ err: error }, 'a script of the admin was not run');
    const fault = isFault(error)
      ? error
      : new Fault('script.failed', `${file} can't be run: ${asError(error).message}`);
    return { lines: [], fault };
  }
}

/** It must not be the hook that calls it. */
function checkCaller(setting: string, file: string): void {
  if (process.env[CALLED] === undefined) return;
  throw new Fault('config.invalid', `${setting} (${file}) is this hook itself, or calls it`, {
    hint: 'name the script that was there before the hook',
  });
}

/** Milliseconds that the hook may take. */
async function timeOf({ task, configuration }: Script): Promise<number> {
  if (task === undefined || !configuration) return TIMEOUT_MS;
  try {
    const { loadTask } = await import('../config/load.ts');
    return loadTask(configuration, task).task.timeoutMs;
  } catch {
    // What is wrong with it is reported by who opens it.
    return TIMEOUT_MS;
  }
}

function shortened(lines: readonly string[]): readonly string[] {
  const shown = lines.slice(0, MOST_LINES).map(escapeText);
  return lines.length > MOST_LINES ? [...shown, `(and ${lines.length - MOST_LINES} lines more)`] : shown;
}
