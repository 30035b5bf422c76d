import { Fault } from '../core/model/fault.ts';
import type { Exec } from '../system/command.ts';
import { domainState } from '../system/tools/virshdomain.ts';
import { domainMemory, restoreWords, saveDomain } from '../system/tools/virshsave.ts';
import { domainOf, type Kept } from './guests.ts';
import { createReturn } from './return.ts';
import { BESIDE_BYTES, type Saver } from './saver.ts';

/** `virsh save` ends the guest, and `virsh restore` starts it with its memory: so its file is all that there is of it in between. */
export function createLibvirtSaver(kept: Kept, exec: Exec): Saver {
  return {
    paused: undefined,
    unfinished: () => undefined,

    async bytes({ name, uuid, uri }) {
      const { bytes, persistent } = await exec.run(domainMemory({ uuid, uri }));
      if (persistent) return bytes + BESIDE_BYTES;
      throw new Fault('quiesce.failed', `guest ${name} is transient, so libvirt would forget it while it is saved`, {
        hint: 'define it by virsh define, or set quiesce: pause',
      });
    },

    async save(step, mostMs) {
      const complaint = await exec.run(saveDomain(domainOf(step), step['file'] ?? '', mostMs));
      if (complaint !== undefined) return complaint;
      const now = await exec.run(domainState(domainOf(step)));
      if (now?.state === 'shut off' && now.reason === 'saved') return undefined;
      const name = `guest ${step['guest']}`;
      throw new Fault('quiesce.failed', `${name} was started by somebody else just after its memory was saved`);
    },

    letGo: createReturn(kept, exec),

    // Also a save that was on its way to libvirt when all that knew of it was killed.
    async needsFile(step) {
      const now = await exec.run(domainState(domainOf(step)));
      return now?.reason === 'saving' || now?.reason === 'saved' || now?.reason === 'failed';
    },

    byHand: (step) => ['virsh', ...restoreWords(domainOf(step), step['file'] ?? '', step['paused'] === 'yes')],
  };
}
