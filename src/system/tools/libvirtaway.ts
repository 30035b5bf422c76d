import { Fault, isFault } from '../../core/model/fault.ts';
import { howToInstall } from '../packages.ts';
import { complaintsOf } from './virsh.ts';

/** What an error of virsh means for people, where libvirt does not answer; any other as it is. */
export function unreachable(error: unknown): unknown {
  if (!isFault(error)) return error;
  switch (error.code) {
    case 'tool.missing':
      return new Fault('guest.unreachable', 'libvirt is there, but virsh, which asks it for its guests, is not', {
        hint: howToInstall('virsh'),
        cause: error,
      });
    case 'tool.timeout':
      return new Fault('guest.unreachable', `libvirt does not answer: ${error.message}`, {
        hint: 'look at it with: virsh list --all',
        cause: error,
      });
    case 'tool.failed': {
      const why = complaintsOf(error.detail).at(-1) ?? error.message;
      return new Fault('guest.unreachable', `libvirt does not answer: ${why}`, {
        hint:
          process.geteuid?.() === 0
            ? 'type: systemctl start libvirtd (or virtqemud, where each hypervisor has a daemon of its own)'
            : 'holdstill must run as root',
        cause: error,
      });
    }
    default:
      return error;
  }
}
