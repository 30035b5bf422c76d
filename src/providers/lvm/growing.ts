import type { NotedStep } from '../../core/model/step.ts';
import type { Growing } from '../../core/ports/provider.ts';
import type { Commands } from '../../system/command.ts';
import { mapperNameNear } from '../../system/kernel/blockdev.ts';
import { snapshotFills } from '../../system/tools/dmsetup.ts';
import { lvextendByPolicy, lvextendToTheEnd, mapperName } from '../../system/tools/lvm.ts';

/** LVM extends by no lower threshold: lvm.conf(5), `snapshot_autoextend_threshold`. */
const LOWEST_THRESHOLD = 50;

/**
 * Thick snapshots; a thin one has no room of its own. LVM's own monitor can extend them only by thresholds that stand in
 * lvm.conf for all snapshots of the host (lvm2 2.03.16, `snapshot_autoextend_*` are in no profile).
 */
export function createLvmGrowing(exec: Commands): Growing {
  return {
    kind: 'lvm',

    async fills(steps) {
      const names = steps.map((noted) => (noted.step['pool'] === '' ? provenName(noted) : undefined));
      if (names.every((name) => name === undefined)) return names;
      const fills = await exec.run(snapshotFills());
      return names.map((name) => (name === undefined ? undefined : fills.get(name)));
    },

    async extend(noted, above, by) {
      const { vg = '', name = '' } = noted.step;
      if (provenName(noted) === undefined) return false;
      try {
        await exec.run(lvextendByPolicy(vg, name, Math.max(LOWEST_THRESHOLD, above), by));
      } catch (error) {
        if (provenName(noted) === undefined) return false;
        await exec.run(lvextendToTheEnd(vg, name)).catch(() => {
          // The first one says for what there is no room.
          throw error;
        });
      }
      return true;
    },
  };
}

/** The device-mapper name of a step's snapshot, if the LV of that name has the UUID that was noted when it was taken. */
function provenName({ step: { vg = '', name = '' }, facts }: NotedStep): string | undefined {
  const expected = mapperName(vg, name);
  return mapperNameNear(facts?.['uuid'] ?? '', `/dev/mapper/${expected}`) === expected ? expected : undefined;
}
