import type { Guest } from '../../src/core/model/guest.ts';

/** The guest of which virsh 9.0 was recorded. */
export const UUID = '098f95fe-9f9f-47c2-8a14-230f4012cfaa';
export const names = { task: 't', run: '7f3a11c2', planned: [] };

export const guest = (more: Partial<Guest> = {}): Guest => ({
  name: 'web',
  uuid: UUID,
  hypervisor: 'libvirt',
  state: 'running',
  disks: [],
  ...more,
});
