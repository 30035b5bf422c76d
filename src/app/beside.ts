import { newRunId } from '../core/model/names.ts';
import type { Log } from '../core/ports/machine.ts';
import type { Exec } from '../system/command.ts';
import { startAside } from '../system/exec.ts';
import { ORDER, type Order } from '../system/orders.ts';
import { hasSystemd, startService } from '../system/tools/systemd.ts';

/**
 * Starts this program again by these words, with an order, to go on after we have ended; where systemd is, out of the caller's
 * control group, which is ended with the caller's unit.
 */
export async function startBeside(
  order: Order,
  description: string,
  words: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
  exec: Exec,
  log: Log,
): Promise<void> {
  const variables = { [ORDER]: order, ...env };
  if (hasSystemd()) {
    // The name of one that is just ending can't be taken again.
    const unit = `holdstill-${order}-${newRunId()}`;
    try {
      return await exec.run(startService(unit, description, variables, words));
    } catch (error) {
      log.warn({ err: error }, 'systemd did not start it: it ends with the unit that this hook runs in');
    }
  }
  await startAside(words, variables);
}
