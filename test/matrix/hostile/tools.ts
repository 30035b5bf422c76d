import path from 'node:path';
import * as fc from 'fast-check';
import { layOut, emptyOrigins, notSaved } from '../../../src/core/run/layout.ts';
import { snapshotStep, type Origin } from '../../../src/core/model/snapshot.ts';
import { UNTOUCHED } from '../../../src/core/model/quiesce.ts';
import type { Step } from '../../../src/core/model/step.ts';
import type { Source, Task } from '../../../src/core/model/task.ts';
import { driverOf } from '../../../src/guests/filesystems.ts';
import { refusal } from '../../../src/guests/refusal.ts';
import { inspectPlaces } from '../../../src/guests/inspect.ts';
import { attach } from '../../../src/mounts/loops.ts';
import { createLvm } from '../../../src/providers/lvm.ts';
import type { LvUsers } from '../../../src/providers/lvm/remove.ts';
import type { Command, Exec } from '../../../src/system/command.ts';
import { reportOf } from '../../../src/system/tools/lvs.ts';
import { parseMountinfo } from '../../../src/system/kernel/mountinfo.ts';
import { unhurried } from '../../prober.ts';
import { must, orFault, property, type Property } from './property.ts';
import { recorded, text } from './texts.ts';
import { blkid, lvs, mountinfo, outputs, partx } from './tooltexts.ts';

/** What LVM takes for a name: lvm(8). It is a word of the lvm shell, where a blank or a quote would begin something else. */
const NAME = /^(?!\.\.?$)[A-Za-z0-9+_.][A-Za-z0-9+_.-]{0,126}$/;
const WORD = /^[A-Za-z0-9+_.,=:/!#&-]+$/;
/** Words that are the same whatever anybody says. */
const FORM = new Set(reportOf([]));

/** Answers every command with the next of the texts, and keeps the commands. */
function answering(
  texts: readonly string[],
  statuses: readonly number[],
): Exec & { readonly asked: Command<unknown>[] } {
  const asked: Command<unknown>[] = [];
  return {
    ...unhurried,
    asked,
    run: async (command) => {
      asked.push(command);
      const [stdout = '', stderr = ''] = [texts[asked.length % texts.length], texts[(asked.length + 1) % texts.length]];
      const status = command.statuses[(statuses[asked.length % statuses.length] ?? 0) % command.statuses.length] ?? 0;
      return command.parse({ status, stdout, stderr: status === 0 ? '' : stderr });
    },
  };
}

const source: fc.Arbitrary<Source> = fc.constantFrom<Source>(
  { kind: 'lv', vg: 'system', lv: 'xenvm' },
  { kind: 'lv', vg: 'system', lv: 'thin1' },
  { kind: 'path', path: '/' },
  { kind: 'each', vg: 'system', glob: '*', exclude: ['s2'] },
);
const size: fc.Arbitrary<Task['size']> = fc.constantFrom<Task['size']>(
  { kind: 'auto' },
  { kind: 'full' },
  { kind: 'percent', percent: 20 },
  { kind: 'bytes', bytes: 1e6 },
);

/** What LVM and device-mapper were given: only commands of ours, of words that can't be taken for something else. */
function checkShell(asked: readonly Command<unknown>[]): void {
  for (const { tool, argv, input } of asked) {
    if (tool === 'dmsetup') {
      must(
        /^message [\w.+-]+-tpool 0 delete \d{1,8}$/u.test(argv.join(' ')) && argv.length === 4,
        `a message: ${argv.join(' ')}`,
      );
      continue;
    }
    for (const word of argv) must(FORM.has(word) || WORD.test(word), `an argument: ${word}`);
    for (const line of (input ?? '').split('\n').slice(0, -1)) {
      const [verb = '', ...words] = line.split(' ');
      must(['lvcreate', 'lvremove', 'lvs'].includes(verb), `a command of nobody's: ${line}`);
      for (const word of words) must(WORD.test(word), `a word: ${word}`);
      if (verb !== 'lvcreate') continue;
      const [name = '', origin = ''] = words.slice(-2);
      must(words.at(-3) === '-n' && NAME.test(name), `the name of a snapshot: ${name}`);
      must(
        origin.split('/').length === 2 && origin.split('/').every((part) => NAME.test(part)),
        `an origin: ${origin}`,
      );
      const room = words.indexOf('-l');
      must(room < 0 || /^[1-9]\d{0,15}$/.test(words[room + 1] ?? ''), `the room: ${line}`);
      const tags = words.filter((_, index) => words[index - 1] === '--addtag');
      must(
        tags.length === 3 && tags.every((tag) => /^(?!-)[A-Za-z0-9_+.\-/=!:&#]{1,1024}$/.test(tag)),
        `tags: ${line}`,
      );
    }
  }
}

function checkPlaces(mount: string, points: readonly string[]): void {
  must(new Set(points).size === points.length, `two mounts at one place: ${points.join(', ')}`);
  for (const point of points) {
    must(
      point === path.normalize(point) && (point === mount || point.startsWith(`${mount}/`)),
      `leaves ${mount}: ${point}`,
    );
    must(!/[\0-\u001f]/.test(point), `a control character in ${JSON.stringify(point)}`);
  }
}

const NOBODY: LvUsers = {
  uuidAt: () => undefined,
  isActive: () => false,
  open: (uuids) => Promise.resolve(uuids.map(() => false)),
  of: (uuids) => Promise.resolve(uuids.map(() => [])),
  hidden: () => Promise.resolve([]),
};

export const tools: readonly Property[] = [
  property(
    'a name or label through LVM: lvs, snapshot, health, removal',
    2500,
    fc.record({ lvs: outputs(lvs), source, size, task: text }),
    async (input) => {
      const exec = answering(input.lvs.texts, input.lvs.statuses);
      const lvm = createLvm(exec, NOBODY);
      const names = { task: input.task, run: '0a1b2c3d' };
      const resolved = await orFault(() => lvm.resolve(input.source));
      if (resolved !== undefined && !(resolved instanceof Error)) {
        const planned = await orFault(() => lvm.plan(resolved.origins, input.size, names));
        if (!(planned instanceof Error)) {
          for (const { bytes, origin, device } of planned) {
            must(
              Number.isSafeInteger(bytes) && bytes >= 0 && Number.isSafeInteger(origin.bytes),
              `sizes: ${bytes}, ${origin.bytes}`,
            );
            must(/^\/dev\/[^/]+\/[^/]+$/.test(device), `a device: ${device}`);
          }
          lvm.commands?.(planned);
          const due = planned.map((snapshot, index) => {
            return { snapshot, noted: { number: index + 1, step: snapshotStep(snapshot), facts: undefined } };
          });
          await orFault(() => lvm.take(due));
        }
      }
      const step: Step = {
        kind: 'lvm',
        label: 'system/xenvm',
        vg: 'system',
        name: 'hs.0a1b2c3d.xenvm',
        origin: 'xenvm',
        originUuid: XENVM,
        pool: '',
        task: 'x',
        run: '0a1b2c3d',
      };
      const noted = [{ number: 1, step, facts: undefined }];
      const health = await orFault(() => lvm.health(noted));
      if (!(health instanceof Error)) must(health.length === 1, 'a health for each');
      for (const { undo } of lvm.handlers) await orFault(() => undo(noted));
      await orFault(() => lvm.marked('now'));
      checkShell(exec.asked);
    },
  ),
  property(
    'a journal that leads to commands of LVM',
    500,
    fc.dictionary(fc.constantFrom('vg', 'name', 'originUuid', 'run', 'uuid', 'pool', 'task', 'label'), text),
    async (fields) => {
      const exec = answering([recorded('lvs-2.03.16.report.txt')], [0]);
      const lvm = createLvm(exec, NOBODY);
      const noted = [
        {
          number: 1,
          step: { vg: 'system', name: 'x', originUuid: XENVM, run: '1', ...fields, kind: 'lvm' },
          facts: fields,
        },
      ];
      await orFault(() => lvm.health(noted));
      for (const { undo } of lvm.handlers) await orFault(() => undo(noted));
      for (const { describe } of lvm.handlers) noted.map(describe);
      checkShell(exec.asked);
    },
  ),
  property(
    'what blkid and partx say of volumes, and where it would be mounted',
    2500,
    fc.record({ blkid, partx, both: fc.boolean(), statuses: fc.array(fc.nat(200), { minLength: 1, maxLength: 3 }) }),
    async (input) => {
      const devices = ['/dev/system/xenvm', '/dev/system/disk', '/dev/system/gpt'];
      const exec: Exec = {
        ...unhurried,
        run: async (command) => {
          const { blkid, partx, statuses } = input;
          const status = command.statuses[(statuses[0] ?? 0) % command.statuses.length] ?? 0;
          return command.parse({
            status,
            stdout: command.tool === 'partx' ? partx : blkid,
            stderr: input.both ? partx : '',
          });
        },
      };
      const seen = await orFault(() =>
        inspectPlaces(
          devices.map((device) => ({ shape: 'device', device })),
          undefined,
          exec,
        ),
      );
      if (seen instanceof Error) return;
      const task: Task = {
        name: 'x',
        source: { kind: 'each', vg: 'system', glob: '*', exclude: [] },
        mount: undefined,
        size: { kind: 'auto' },
        choice: { partitions: [], exclude: [] },
        skip: 'warn',
        trust: 'guest',
        keys: [],
        check: false,
        autoextend: true,
        quiescing: UNTOUCHED,
        timeoutMs: 1,
      };
      const origins = devices.map((device): Origin => ({
        provider: 'lvm',
        label: device,
        directory: [path.basename(device)],
        bytes: 1,
        shape: 'device',
        device,
        subdirectory: undefined,
        asked: undefined,
        ref: {},
      }));
      const layout = layOut(task, '/run/holdstill/x', origins, seen, new Map(), refusal);
      checkPlaces(
        '/run/holdstill/x',
        layout.mounts.map(({ point }) => point),
      );
      for (const { extent, type } of layout.mounts) {
        must(driverOf(type, 'guest', '/dev/x').options.includes('ro'), `${type} is not read-only`);
        if (extent === undefined) continue;
        must(
          Number.isSafeInteger(extent.offset) &&
            extent.offset >= 0 &&
            Number.isSafeInteger(extent.bytes) &&
            extent.bytes > 0,
          JSON.stringify(extent),
        );
      }
      for (const said of [...emptyOrigins(origins, layout), ...notSaved(layout, [])])
        must(typeof said === 'string', 'a text');
      for (const { reason } of layout.skipped) must(typeof reason === 'string', 'a reason is no text');
    },
  ),
  property('mountinfo', 1000, mountinfo, (said) => {
    for (const { id, point, root } of parseMountinfo(said)) {
      must(Number.isInteger(id), `a mount id: ${id}`);
      must(point.startsWith('/') && root !== '', `a mount point: ${point}`);
    }
  }),
  property('the name that losetup gives', 300, fc.oneof(text, fc.constant('/dev/loop7\n')), async (said) => {
    const exec: Exec = { ...unhurried, run: async (command) => command.parse({ status: 0, stdout: said, stderr: '' }) };
    const step = { kind: 'loop', backing: '/dev/system/x', offset: '0', bytes: '512' };
    const facts = await orFault(() => attach([{ number: 1, step, facts: undefined }], exec));
    if (!(facts instanceof Error)) must(/^\/dev\/loop\d+$/.test(facts[0]?.['device'] ?? ''), `a loop device: ${said}`);
  }),
];

const XENVM = 'LVM-rOVZS3Fw3Hol4iDjKa2vUdyvzKhy4clZKhUMoGkbghWgnZBfkN2v3anmY9XyOJ2a';
