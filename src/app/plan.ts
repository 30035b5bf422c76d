import type { Configuration } from '../config/configuration.ts';
import { Fault } from '../core/model/fault.ts';
import { Journal } from '../core/journal/journal.ts';
import { journalPath } from '../core/model/names.ts';
import { plan, type Plan } from '../core/run/plan.ts';
import { shellWord } from '../core/text/shell.ts';
import { STATE_DIRECTORY } from '../system/paths.ts';
import { openMachine } from './session.ts';
import { checkState } from '../system/directories.ts';

/** What opening a task would do; changes nothing. Throws a Fault where it would fail. */
export async function planTask(
  configuration: Configuration,
  name: string,
): Promise<{ readonly plan: Plan; readonly text: string }> {
  const { loadTask } = await import('../config/load.ts');
  const { planText } = await import('../report/plan.ts');
  const { columns } = await import('../report/wrap.ts');
  const { task, log } = loadTask(configuration, name);
  checkState();
  const journal = Journal.read(journalPath(STATE_DIRECTORY, name));
  if (journal) {
    throw new Fault('task.busy', `task ${name} is open (run ${journal.header.run}), so its mount point is in use`, {
      hint: `try again when it is closed; to see whether it is: holdstill status ${shellWord(name)}`,
    });
  }
  const session = { task: name, contract: 'cli', phase: 'plan', level: log.level, timeoutMs: task.timeoutMs };
  const result = await plan(task, openMachine(session));
  return { plan: result, text: planText(result, columns()) };
}
