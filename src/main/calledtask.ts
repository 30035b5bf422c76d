import type { Configuration } from '../config/configuration.ts';
import type { Call, Contract } from '../core/ports/contract.ts';
import type { Reply } from '../core/model/reply.ts';
import { notConfigured } from '../core/model/nothing.ts';
import { CONFIG_DIRECTORY } from '../system/paths.ts';
import { readingsOf } from './spelling.ts';

/** The task that an opening is for, or the answer if there is none. Throws the Fault of a configuration that cannot answer that. */
export function taskToOpen(call: Call, configuration: Configuration, contract: Contract): string | Reply {
  for (const task of call.candidates) {
    const fault = configuration.faultFor(task);
    if (fault) throw fault;
    if (configuration.taskNames.has(task)) return task;
  }
  refuseNearNames(call, configuration);
  const [first] = call.candidates;
  const mayPass = contract.serves === 'all jobs' || configuration.settings(contract).unknownTask === 'pass';
  if (first !== undefined && !mayPass) throw configuration.unknown(first);
  return notConfigured(first, CONFIG_DIRECTORY);
}

/** Throws Fault `task.unknown` where a word of the call is nearly the name of a task: no job means two. */
export function refuseNearNames({ candidates }: Call, configuration: Configuration): void {
  for (const word of candidates) {
    // Of several words one is the level of the backup, `F`; `f` does not name a task of that name any better.
    if (candidates.length > 1 && word.length === 1) continue;
    const fault = configuration.nearFault(word, readingsOf(word));
    if (fault) throw fault;
  }
}
