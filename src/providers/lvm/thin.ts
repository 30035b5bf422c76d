import type { NotedStep } from '../../core/model/step.ts';
import { bootId } from '../../system/kernel/boot.ts';
import type { Exec } from '../../system/command.ts';
import { deactivateProven, type LvProof } from '../../system/tools/lvm.ts';
import { deleteThinDevice, thinDeviceOf } from '../../system/tools/thin.ts';

/**
 * LVM changes a thin pool in four commits: its own metadata, with a message queued; the pool's, by that message; the
 * pool's again, with the number of the change; its own, without the message. After a power cut between the third and the
 * fourth the next lvremove appends its message to the queue, finds the number in the pool and takes all for sent: the LV
 * is gone, its device stays in the pool, and each later lvcreate in this pool gets its number and fails. Between the
 * second and the third nothing can be removed any more, since the message that is sent again finds its work done
 * (2.03.16, both tried at every write). Where the power may have gone the pool forgets the device first, therefore: then
 * there is nothing to be forgotten by LVM, and room for what it sends again.
 */
export async function forgetThinDevices(
  steps: readonly NotedStep[],
  proofOf: (step: NotedStep) => LvProof,
  exec: Exec,
): Promise<void> {
  const cut = steps.filter(({ step }) => step['pool'] !== '' && step['boot'] !== bootId());
  for (const noted of cut) {
    const proof = proofOf(noted);
    await exec.run(deactivateProven(proof));
    const device = await exec.run(thinDeviceOf(proof));
    if (device && !device.active) await exec.run(deleteThinDevice(device));
  }
}
