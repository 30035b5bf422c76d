import { withHint } from '../core/model/fault.ts';
import type { NotedStep, Outcome, Step } from '../core/model/step.ts';
import type { Exec } from '../system/command.ts';
import { bootId } from '../system/kernel/boot.ts';
import { unreachable } from '../system/tools/libvirtaway.ts';
import { domainState, type DomainState } from '../system/tools/virshdomain.ts';
import { abortJob, restoreDomain, savedDomain } from '../system/tools/virshsave.ts';
import { domainOf, type Kept } from './guests.ts';

/** Times that one process tries to start a guest with its memory: each may take minutes. */
const MOST_TRIES = 5;
/** After libvirtd was started anew it does not know any more why a guest is off. For so long nobody has started it meanwhile. */
const FRESH_MS = 15 * 60 * 1000;

/**
 * Brings guests back whose memory was saved. A guest that has run since must not get it again, for its disks have gone on; one whose memory is
 * in a file must not be started without it. So it is started only where libvirt says that the save was the last that happened to
 * it; whatever is doubtful is left to people.
 */
export function createReturn(kept: Kept, exec: Exec): (noted: NotedStep) => Promise<Outcome> {
  const tries = new Map<string, number>();
  return async (noted) => {
    const { step } = noted;
    try {
      const before = await exec.run(domainState(domainOf(step)));
      const found = await foundBack(step, before, exec);
      if (found !== 'saved') {
        if (found.kind === 'undone') kept.letGo(noted, true);
        return found;
      }
      const tried = (tries.get(step['file'] ?? '') ?? 0) + 1;
      if (tried > MOST_TRIES)
        return { kind: 'left', reason: `it could not be started with its memory ${MOST_TRIES} times` };
      tries.set(step['file'] ?? '', tried);
      const complaint = await exec.run(restoreDomain(domainOf(step), step['file'] ?? '', step['paused'] === 'yes'));
      const after = await exec.run(domainState(domainOf(step)));
      if (after && isBack(after, step)) {
        kept.letGo(noted, false);
        return { kind: 'undone' };
      }
      const why = complaint ?? 'libvirt does not say why';
      return { kind: 'left', reason: `it could not be started with its memory: ${why}; do not start it without` };
    } catch (error) {
      return { kind: 'left', reason: withHint(unreachable(error)) };
    }
  };
}

/** It runs, or is paused as it was, or by somebody since. */
function isBack({ state, reason }: DomainState, { paused }: Step): boolean {
  if (state === 'paused') return paused === 'yes' ? reason !== 'saving' : reason === 'user';
  return state !== 'shut off' && state !== 'crashed';
}

/** What became of it without us; `saved`: it is off, and the file holds its memory. */
async function foundBack(step: Step, now: DomainState | undefined, exec: Exec): Promise<Outcome | 'saved'> {
  const { file = '', uuid } = step;
  const ref = domainOf(step);
  if (now?.state === 'paused' && now.reason === 'saving') {
    // The hook has given up on it, or is gone.
    await exec.run(abortJob(ref));
    const then = await exec.run(domainState(ref));
    if (then && isBack(then, step)) return { kind: 'undone' };
    return { kind: 'left', reason: 'its memory is still being saved' };
  }
  if (now && isBack(now, step)) return { kind: 'undone' };
  if (now?.state === 'paused') return { kind: 'left', reason: `it is paused: ${now.reason}` };
  if ((await exec.run(savedDomain(ref, file))) !== uuid) {
    const lost = now?.reason === 'saved' && (await exec.ask('lookUp', { file })) === undefined;
    // Nothing was saved, so it is off by itself.
    return lost
      ? { kind: 'left', reason: `its memory was in ${file}, which is gone`, byHand: 'look for the file' }
      : { kind: 'undone' };
  }
  switch (now?.reason) {
    case undefined:
      return { kind: 'left', reason: 'libvirt does not know it any more' };
    case 'saved':
    case 'failed':
      return 'saved';
    case 'unknown':
      if (await isFresh(step, exec)) return 'saved';
      return {
        kind: 'left',
        reason: 'libvirt does not know whether it was started since; if it was not, start it with its memory',
      };
    default:
      // It was started, and has ended in another way.
      return { kind: 'undone' };
  }
}

async function isFresh({ file = '', boot }: Step, exec: Exec): Promise<boolean> {
  const there = await exec.ask('lookUp', { file });
  return boot === bootId() && there !== undefined && Date.now() - Number(there.modified) / 1e6 < FRESH_MS;
}
