import fs from 'node:fs';
import { surelyNotConfigured } from '../config/precheck.ts';
import type { Configuration } from '../config/configuration.ts';
import type { Answer, Call, Contract, Phase } from '../core/ports/contract.ts';
import type { SettingValues } from '../core/model/setting.ts';
import type { Reply } from '../core/model/reply.ts';
import { escapeText } from '../core/text/escape.ts';
import { asError, Fault, isFault } from '../core/model/fault.ts';
import { journalPath, lockPath, takenPath } from '../core/model/names.ts';
import { notConfigured, nothing } from '../core/model/nothing.ts';
import { keepCompiled } from './compiled.ts';
import { obey } from './obey.ts';
import { helpFor } from './help.ts';
import { refuseNearNames, taskToOpen } from './calledtask.ts';
import { readOrder } from '../system/orders.ts';
import { CONFIG_DIRECTORY, STATE_DIRECTORY } from '../system/paths.ts';
import { listenForSignals } from '../system/signals.ts';
import { closeInheritedDescriptors, exitWith } from './output.ts';
import { readingsOf } from './spelling.ts';
import { nameProcess } from '../system/title.ts';
import { noteStranger } from '../system/strangers.ts';
import { openDescriptors, traceCall } from './trace.ts';
import { asRoot, whyNot } from '../core/text/why.ts';

/**
 * Runs one hook of a product: decodes the call, does the work, speaks once, leaves. The heavy part of the program is
 * only loaded for a task that is ours: one script often serves all tasks of a client.
 */
export async function runHook(contract: Contract, phase: Phase): Promise<void> {
  const order = readOrder();
  if (order) return obey(order);
  nameProcess(phase === 'open' ? 'pre' : 'post');
  listenForSignals();
  let settings: SettingValues = {};
  const leave = (reply: Reply): never => {
    const answer = encode(contract, reply, settings);
    return exitWith(answer, reply.kind === 'failed' || answer.exit !== 0 ? undefined : keepCompiled);
  };
  process.on('uncaughtException', (error) => leave(failed(error)));
  process.on('unhandledRejection', (error) => leave(failed(error)));

  if (process.argv.slice(2).join(' ') === '--help') exitWith(helpFor(contract, phase));
  const foreign = quickly(contract, phase);
  if (foreign) {
    if (phase === 'open') noteStranger(contract.product, namesIn(contract, foreign), false);
    leave(notConfigured(foreign.candidates[0], CONFIG_DIRECTORY));
  }
  // Only who starts others must not pass them on.
  const descriptors = openDescriptors();
  closeInheritedDescriptors();
  const configuration = await tryConfiguration();
  if (!isFault(configuration)) settings = configuration.settings(contract);
  if (settings.trace) traceCall(contract.product, phase, descriptors);
  try {
    const call = contract.decode({ phase, argv: process.argv.slice(2), env: process.env, settings });
    leave(phase === 'open' ? await open(contract, call, configuration) : await close(contract, call, configuration));
  } catch (error) {
    leave(failed(error));
  }
}

async function open(contract: Contract, call: Call, configuration: Configuration | Fault): Promise<Reply> {
  if (isFault(configuration)) throw configuration;
  const called = noting(contract, call, () => taskToOpen(call, configuration, contract));
  const task = typeof called === 'string' ? called : undefined;
  const { before } = configuration.settings(contract);
  if (before === undefined && typeof called !== 'string') return called;
  if (task !== undefined) nameProcess('pre', task);
  const { callScript, openTask } = await import('../app/app.ts');
  const script =
    before === undefined ? undefined : await callScript({ contract, key: 'before', file: before, task, configuration });
  if (script?.fault) return { kind: 'failed', fault: script.fault, leftovers: [], lines: script.lines };
  const work = { contract: contract.product, call, configuration, ...(script && { spentMs: performance.now() }) };
  const reply = typeof called === 'string' ? await openTask({ ...work, task: called }) : called;
  return { ...reply, lines: [...(script?.lines ?? []), ...reply.lines] };
}

/** Remembers a call that means no task, however it is answered. */
function noting(contract: Contract, call: Call, aim: () => string | Reply): string | Reply {
  try {
    const called = aim();
    if (typeof called !== 'string') noteStranger(contract.product, namesIn(contract, call), false);
    return called;
  } catch (error) {
    if (isFault(error) && error.code === 'task.unknown') noteStranger(contract.product, namesIn(contract, call), true);
    throw error;
  }
}

/** The words of a call that may stand for the name of a task. */
function namesIn({ ofOneRun }: Contract, { candidates }: Call): readonly string[] {
  return candidates.filter((word) => ofOneRun?.test(word) !== true);
}

/** Whatever comes of the closing, a script that is to be called after it is. */
async function close(contract: Contract, call: Call, configuration: Configuration | Fault): Promise<Reply> {
  const after = isFault(configuration) ? undefined : configuration.settings(contract).after;
  if (after === undefined || isFault(configuration)) return closeCalled(contract, call, configuration);
  const reply = await closeCalled(contract, call, configuration).catch(failed);
  const { callScript } = await import('../app/app.ts');
  const task = call.candidates.find((name) => configuration.taskNames.has(name));
  const { lines, fault } = await callScript({ contract, key: 'after', file: after, task, configuration });
  const besides = fault && [fault.message, ...(fault.hint === undefined ? [] : [fault.hint])].join('; ');
  return { ...reply, besides, lines: [...reply.lines, ...lines] };
}

/** Closing needs a journal and nothing else, whatever has become of the configuration. */
async function closeCalled(contract: Contract, call: Call, configuration: Configuration | Fault): Promise<Reply> {
  const known = isFault(configuration) ? undefined : configuration;
  const configured = call.candidates.find((name) => known?.taskNames.has(name));
  const task = configured ?? call.candidates.find(concernsUs);
  if (task !== undefined && concernsUs(task)) {
    nameProcess('post', task);
    const { closeTask } = await import('../app/app.ts');
    return closeTask({ task, contract: contract.product, call, configuration: known });
  }
  if (isFault(configuration)) {
    return configuration.code === 'config.missing'
      ? failed(configuration)
      : nothing('nothing is open, nothing to close');
  }
  if (configured !== undefined) return nothing(`task ${configured} is not open, nothing to close`);
  refuseNearNames(call, configuration);
  return notConfigured(call.candidates[0], CONFIG_DIRECTORY);
}

/**
 * Whether a closing has work to do: the task has a journal, or may soon have one since a hook works on it, or a run of it
 * was taken over, so that its job gets that reported. A product that cancels a job may call `post`
 * while `pre` still looks at the volumes. Throws if that is not known, since nothing would be closed then.
 */
function concernsUs(task: string): boolean {
  const journal = journalPath(STATE_DIRECTORY, task);
  try {
    const files = [journal, lockPath(STATE_DIRECTORY, task), takenPath(STATE_DIRECTORY, task)];
    return files.some((file) => fs.lstatSync(file, { throwIfNoEntry: false }) !== undefined);
  } catch (error) {
    throw new Fault('journal.broken', `${journal} can't be looked at (${whyNot(error)})`, {
      hint: asRoot(error) ?? `look at it with: ls -ld ${STATE_DIRECTORY}`,
    });
  }
}

/** A call for a task that is surely not ours, for the price of reading a file or two. */
function quickly(contract: Contract, phase: Phase): Call | undefined {
  // That of one job is an error.
  if (phase === 'open' && contract.serves === 'one job') return undefined;
  try {
    const call = contract.decode({ phase, argv: process.argv.slice(2), env: process.env, settings: {} });
    const { candidates } = call;
    if (candidates.some(concernsUs)) return undefined;
    const { settings } = contract;
    return surelyNotConfigured(CONFIG_DIRECTORY, candidates, settings, 0, readingsOf) ? call : undefined;
  } catch {
    // The long way reports whatever is wrong.
    return undefined;
  }
}

async function tryConfiguration(): Promise<Configuration | Fault> {
  try {
    const { readConfiguration } = await import('../config/configuration.ts');
    return readConfiguration(CONFIG_DIRECTORY);
  } catch (error) {
    if (isFault(error)) return error;
    throw error;
  }
}

function failed(error: unknown): Reply {
  const fault = asError(error);
  // Before there is a log, this is all that shows where a bug is.
  const detail = isFault(fault) ? fault.detail : (fault.stack ?? '').split('\n').slice(1, 5);
  return { kind: 'failed', fault, leftovers: [], lines: detail.map((line) => escapeText(`  | ${line}`)) };
}

/** A contract that can't even answer is a bug; the exit status at least says so. */
function encode(contract: Contract, reply: Reply, settings: SettingValues): Answer {
  try {
    return contract.encode(reply, settings);
  } catch (error) {
    return { stdout: '', stderr: `holdstill: a bug: ${String(error)}\n`, exit: 70 };
  }
}
