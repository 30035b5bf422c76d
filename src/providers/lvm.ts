import { Fault, isFault } from '../core/model/fault.ts';
import { encodeName } from '../core/model/names.ts';
import type { Provider } from '../core/ports/provider.ts';
import {
  snapshotStep,
  type DueStep,
  type Origin,
  type PlannedSnapshot,
  type RunNames,
} from '../core/model/snapshot.ts';
import type { Step } from '../core/model/step.ts';
import type { Size } from '../core/model/task.ts';
import { formatBytes } from '../core/text/bytes.ts';
import { placeOf, backingOf } from '../system/kernel/backing.ts';
import { bootId } from '../system/kernel/boot.ts';
import type { Exec } from '../system/command.ts';
import { readLoops } from '../system/kernel/loops.ts';
import { changeLvs, lvcreateSnapshot, mapperName, WITHOUT_CACHE_CHECK } from '../system/tools/lvm.ts';
import { fallsUnder, readOnlyVolumes } from '../system/tools/lvmconf.ts';
import { lvsOf, readLvs, type LvRow } from '../system/tools/lvs.ts';
import { refusalOf } from '../system/tools/lvmrefusal.ts';
import { thinDeviceInTheWay } from '../system/tools/thin.ts';
import { healthOf, spotsOf } from './lvm/health.ts';
import { createBlockReader } from './lvm/reads.ts';
import { isProven, markedRun, tagsOf } from './lvm/proof.ts';
import { removeSnapshots, type LvUsers } from './lvm/remove.ts';
import { snapshotName } from './lvm/names.ts';
import { checkRoom, growthOf, roomFor } from './lvm/room.ts';
import { stampOf, writtenByOthers } from './lvm/written.ts';
import { lvsAmong, maybeLvs } from './lvm/disks.ts';
import { lvAt, resolveSource, whyUnsuitable } from './lvm/origins.ts';
import { insteadOf, isOnLv, lvBehind, reachText } from './lvm/reach.ts';
import { lvOf, type OriginLv } from './lvm/ref.ts';

/** Snapshots by LVM, thick and thin. Many are taken in one `lvm` process, one after the other. */
export function createLvm(exec: Exec, users: LvUsers): Provider {
  let known: readonly LvRow[] | undefined;
  let afterRemoval: readonly LvRow[] | undefined;

  const readRows = async (): Promise<readonly LvRow[]> => {
    const [rows, readOnly] = await Promise.all([readLvs(exec), exec.run(readOnlyVolumes())]);
    return rows.map((row) => (fallsUnder(readOnly, row) ? { ...row, forcedReadOnly: true } : row));
  };

  return {
    kind: 'lvm',

    async find(path) {
      const behind = await backingOf(path, exec);
      const rows = await readLvs(exec).catch((error: unknown) => {
        if (isFault(error) && error.code !== 'tool.timeout' && error.code !== 'tool.locked') return error.message;
        throw error;
      });
      if (typeof rows === 'string') return { claims: false, why: rows };
      const named = lvAt(behind, rows);
      const under = named ? { row: named, layers: [] } : lvBehind(behind, rows, await readLoops(exec));
      if (!under) {
        const what =
          behind.kind === 'other' ? 'not a logical volume' : `not on a logical volume: it is ${placeOf(behind)}`;
        return { claims: false, why: what };
      }
      const { row, layers } = under;
      const unfit = whyUnsuitable(row);
      const where = named ? reachText(under) : `on ${reachText(under)}, ${placeOf(behind)}`;
      if (unfit) return { claims: false, why: `${where}, which ${unfit}` };
      if (named) return { claims: true, why: `${where}; write lv: ${row.vg}/${row.name}` };
      const instead = insteadOf(under);
      if (instead !== undefined) return { claims: false, why: `${where}; ${instead}` };
      const why = layers.length > 0 ? `${where}; it needs 'keys'` : where;
      return {
        claims: behind.kind === 'directory',
        why: behind.kind === 'file' ? `not a directory, but a file ${why}` : why,
      };
    },

    async resolve(source) {
      if (source.kind === 'disks') {
        const disks = await maybeLvs(source.paths, exec);
        if (disks.length === 0) return undefined;
        known = await readRows();
        return lvsAmong(disks, known);
      }
      if (source.kind !== 'lv' && source.kind !== 'each' && source.kind !== 'path') return undefined;
      const behind = source.kind === 'path' ? await backingOf(source.path, exec) : undefined;
      const loops = behind ? await readLoops(exec) : [];
      if (behind && !isOnLv(behind, loops)) return undefined;
      known = await readRows();
      if ('vg' in source) await checkGroup(source.vg, known, exec);
      return resolveSource(source, behind, known, loops);
    },

    async plan(origins, size, names) {
      const planned = origins.map((origin, index) => planOne(origin, lvOf(origin), size, names, index));
      const wanted = planned.map(({ origin, bytes }) => ({ row: lvOf(origin), bytes }));
      checkRoom(wanted, known ?? (await readLvs(exec)));
      return planned.map((one) => ({ ...one, growth: growthOf(lvOf(one.origin), one.bytes, wanted) }));
    },

    async take(due, held) {
      const { rows, complaints } = await changeLvs(
        due.map(({ snapshot }) => createWords(snapshot)),
        exec,
        held,
      );
      const taken = ({ noted }: DueStep): LvRow | undefined => rows.find((one) => isProven(one, noted));
      // Whoever took snapshots since the room was looked at, another task most likely, may have taken it.
      const missing = due.filter((one) => !taken(one));
      checkRoom(
        missing.flatMap(({ snapshot: { origin, bytes } }) => {
          const row = rows.find(({ uuid }) => uuid === lvOf(origin).uuid);
          return row ? [{ row, bytes }] : [];
        }),
        rows,
      );
      return due.map((one) => {
        const row = taken(one);
        if (!row?.active || row.invalid) throw notTaken(one.noted.step, row, complaints);
        return { uuid: row.uuid, bytes: String(row.bytes) };
      });
    },

    async health(steps) {
      // One look that had to wait for others' lock proves nothing; there may be time for another.
      const looked = readLvs(exec).catch((error: unknown) => {
        if (isFault(error) && error.code === 'tool.locked') return readLvs(exec);
        throw error;
      });
      const spots = steps.flatMap(({ step, facts }) => spotsOf(facts?.['uuid'] ?? '', step['pool'] !== ''));
      const [rows, read] = await Promise.all([looked, createBlockReader(spots, exec)]);
      return Promise.all(
        steps.map((noted) =>
          healthOf(
            noted.step,
            rows.find((row) => isProven(row, noted)),
            rows,
            read,
          ),
        ),
      );
    },

    stamp: stampOf,

    traces(steps) {
      const written = writtenByOthers(steps);
      return Promise.resolve(
        steps.map(({ step: { vg = '', name = '' }, facts }, index) => {
          // A hook that died before it could note the UUID leaves just the name.
          const device = facts?.['uuid'] ?? users.uuidAt(vg, name);
          return { bytes: written[index], done: undefined, at: { device } };
        }),
      );
    },

    handlers: [
      {
        kind: 'lvm',
        async undo(steps) {
          const { outcomes, rows } = await removeSnapshots(steps, users, exec);
          afterRemoval = rows;
          return outcomes;
        },
        dependsOn: ({ facts }) => ({ is: facts?.['uuid'], on: [] }),
        describe: ({ step }) => ({ what: `snapshot ${step['vg']}/${step['name']}`, byHand: removeByHand(step) }),
      },
    ],

    async marked(when, _sources, known) {
      const rows = (when === 'after removal' ? afterRemoval : undefined) ?? (await readLvs(exec).catch(noneWithoutLvm));
      const ours = rows.flatMap((row) => {
        const run = markedRun(row);
        return run === undefined || known?.has(run) ? [] : [{ run, uuid: row.uuid, name: `${row.vg}/${row.name}` }];
      });
      const using = when === 'now' ? await users.of(ours.map(({ uuid }) => uuid)) : [];
      return ours.map(({ run, name }, index) => {
        return { run, what: `snapshot ${name}`, byHand: `lvremove ${name}`, users: using[index] ?? [] };
      });
    },

    // Thin ones are devices of a pool that is there already.
    needs: (planned) => ({
      programs: [],
      modules: planned.some(({ bytes }) => bytes > 0) ? ['dm_snapshot'] : [],
    }),

    commands: (planned) =>
      planned.map((one) => ({ command: createWords(one).join(' '), undo: removeByHand(snapshotStep(one)) })),
  };
}

/** Where LVM is not installed none can have been taken. */
function noneWithoutLvm(error: unknown): readonly LvRow[] {
  if (isFault(error) && error.code === 'tool.missing') return [];
  throw error;
}

function removeByHand({ vg, name }: Step): string {
  return `lvremove ${vg}/${name}`;
}

/** Of a VG that is there LVM may still report nothing: it is exported, or another host's. Throws what LVM says of it then. */
async function checkGroup(vg: string, rows: readonly LvRow[], exec: Exec): Promise<void> {
  if (rows.some((row) => row.vg === vg)) return;
  await exec.run(lvsOf(vg)).catch((error: unknown) => {
    if (!isFault(error) || !/: Volume group "[^"]*" not found$/.test(error.message)) throw error;
  });
}

function planOne(origin: Origin, row: OriginLv, size: Size, names: RunNames, index: number) {
  const thin = row.pool !== '';
  const bytes = thin ? 0 : roomFor(size, row.bytes, row.extentBytes);
  const name = snapshotName(row, names.run, index);
  if (name === undefined) throw new Error(`${origin.label} was not found to be too long`);
  const step: Step = {
    kind: 'lvm',
    label: origin.label,
    vg: row.vg,
    name,
    origin: row.name,
    originUuid: row.uuid,
    pool: row.pool,
    task: encodeName(names.task),
    run: names.run,
    boot: bootId(),
    ...(thin ? {} : { room: String(bytes) }),
  };
  const byRule = size.kind === 'auto' || size.kind === 'full' ? ` (${size.kind})` : '';
  const note = thin
    ? `thin, in pool ${row.vg}/${row.pool}`
    : `room for ${formatBytes(bytes)} of changes${byRule}, ${formatBytes(row.vgFreeBytes)} free in ${row.vg}`;
  return { origin, steps: [step], bytes, device: `/dev/${row.vg}/${name}`, note };
}

/** Why there is no snapshot that could be used, with what LVM said. `row`: what there is of it. */
function notTaken(step: Step, row: LvRow | undefined, complaints: readonly string[]): Fault {
  const about = complaints.filter((line) => [step['name'], step['origin']].some((name) => line.includes(`/${name}`)));
  const inactive = { why: 'it is not active (volume_list?)', hint: 'look at activation/volume_list in lvm.conf' };
  const refusal = refusalOf(about) ?? refusalOf(complaints) ?? (row && !row.active ? inactive : undefined);
  const hint = hintFor(step, complaints) || refusal?.hint;
  return new Fault('snapshot.failed', `LVM took no snapshot of ${step['label']}${refusal ? `: ${refusal.why}` : ''}`, {
    detail: complaints,
    ...(hint ? { hint } : {}),
  });
}

/** What a power cut in the middle of somebody's change of a pool leaves can't be proved to be ours; see lvm/thin.ts. */
function hintFor({ vg = '', pool = '' }: Step, complaints: readonly string[]): string {
  const id = thinDeviceInTheWay(complaints);
  if (id === undefined) return '';
  const look = `lvs -a -o lv_name,pool_lv,thin_id ${vg}`;
  const remove = `dmsetup message ${mapperName(vg, pool)}-tpool 0 'delete ${id}'`;
  return `holdstill recover; then, if no LV of this pool has thin_id ${id} (${look}): ${remove}`;
}

function createWords(planned: PlannedSnapshot): readonly string[] {
  const { bytes, origin } = planned;
  const [step, row] = [snapshotStep(planned), lvOf(origin)];
  const extents = bytes === 0 ? undefined : bytes / row.extentBytes;
  const words = lvcreateSnapshot(row.vg, row.name, step['name'] ?? '', tagsOf(step), extents);
  return row.cache.endsWith('_cvol]') ? [...words, ...WITHOUT_CACHE_CHECK] : words;
}
