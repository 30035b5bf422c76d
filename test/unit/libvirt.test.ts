import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Fault } from '../../src/core/model/fault.ts';
import type { Guest, ListedGuest } from '../../src/core/model/guest.ts';
import { createLibvirt } from '../../src/inventories/libvirt.ts';
import type { Exec } from '../../src/system/command.ts';
import { parseList } from '../../src/system/tools/virsh.ts';

/** What virsh 9.0 printed for the commands that we give it, with this for a mark. */
const MARK = 'holdstill-0123456789abcdef01234567';
const DESCRIBED = recorded('described');
const GONE: ListedGuest = { name: 'gone', uuid: '11111111-2222-3333-4444-555555555555' };

const LISTED = parseList(recorded('list'));
const named = (name: string): ListedGuest => LISTED.find((one) => one.name === name) ?? GONE;
/** In the order in which they were asked for. */
const ASKED = ['files', 'second', 'third', 'exotic', 'trap', 'src', 'src2'].map(named);

function recorded(what: string): string {
  return fs.readFileSync(path.join(import.meta.dirname, `../fixtures/virsh-9.0.${what}.txt`), 'utf8');
}

interface Answers {
  readonly stderr?: string;
  readonly saved?: string;
  /** By pool and name; all others are not there. */
  readonly volumes?: Readonly<Record<string, string>>;
}

/** A virsh that answers so. */
function virsh(
  described: string,
  { stderr = '', saved = recorded('saved'), volumes = {} }: Answers = {},
): { readonly exec: Exec; readonly ran: string[] } {
  const ran: string[] = [];
  const exec: Exec = {
    patienceMs: (most) => most,
    ask: () => Promise.reject(new Error('nothing is asked')),
    run: async ({ argv, parse }) => {
      const words = argv.filter((word) => !word.startsWith('--quiet') && !word.startsWith('--readonly'));
      const [first = ''] = words;
      ran.push(first.split(' ')[0] ?? '');
      const mark = /echo (\S+);/.exec(first)?.[1] ?? MARK;
      const say = (stdout: string) => parse({ status: 0, stdout: stdout.replaceAll(MARK, mark), stderr });
      if (first.startsWith('dumpxml')) return say(described);
      if (first.startsWith('managedsave-dumpxml')) return say(saved);
      if (first === 'list') return say(recorded('list'));
      const volume = volumes[words.slice(1).join(' ')];
      if (volume !== undefined) return say(volume);
      throw new Fault('tool.failed', 'virsh failed with status 1', {
        detail: [
          "error: failed to get pool 'vg0'",
          "error: Storage pool not found: no storage pool with matching name 'vg0'",
        ],
      });
    },
  };
  return { exec, ran };
}

async function describeAll(guests: readonly ListedGuest[], options = {}): Promise<readonly Guest[]> {
  return createLibvirt(virsh(DESCRIBED, options).exec).describe(guests, undefined);
}

describe('the list', () => {
  test('names with blanks, quotes, umlauts, a leading dash, and digits only', () => {
    expect(LISTED.map(({ name }) => name)).toEqual([
      'files',
      'second',
      '-dash',
      '7',
      'exotic',
      `name with space & 'q' ü`,
      'src',
      'src2',
      'third',
      'trap',
    ]);
    expect(named('7').uuid).toBe('c2f57c27-2494-477f-bb24-aa878f0da794');
  });

  test('older versions put blanks behind a short name', () => {
    const [guest] = parseList(`${GONE.uuid} ${'web 1'.padEnd(30)}\n`);
    expect(guest).toEqual({ uuid: GONE.uuid, name: 'web 1' });
  });

  test('no guest at all, and what is none', () => {
    expect(parseList('\n')).toEqual([]);
    expect(() => parseList('Id   Name\n')).toThrow(/no domain/);
    expect(() => parseList(`${GONE.uuid} cut o`)).toThrow(/cut off/);
  });
});

describe('guests', () => {
  test('running, paused, saved and off; by two processes, and one for each volume of a pool', async () => {
    const { exec, ran } = virsh(without(GONE));
    const guests = await createLibvirt(exec).describe(ASKED, undefined);
    expect(guests.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'files running',
      'second paused',
      'third saved',
      'exotic off',
      'trap off',
      'src off',
      'src2 off',
    ]);
    expect(ran).toEqual(['dumpxml', 'managedsave-dumpxml', 'vol-path']);
  });

  test('one that went away between the list and the look', async () => {
    const guests = describeAll([...ASKED, GONE], { stderr: recorded('described.err') });
    await expect(guests).rejects.toMatchObject({ code: 'guest.unknown', message: /^guest gone has just been/ });
  });

  test('one that has another name now', async () => {
    const other = ASKED.map((guest) => (guest.name === 'src' ? { ...guest, name: 'old' } : guest));
    const guests = createLibvirt(virsh(without(GONE)).exec).describe(other, undefined);
    await expect(guests).rejects.toMatchObject({ code: 'guest.unknown', message: /^guest old has just been renamed/ });
  });

  test('one that is still there and is not described', async () => {
    const stderr = 'error: Timed out during operation: cannot acquire state change lock\n';
    const parts = without(GONE).split(MARK);
    const empty = parts.with(2 * ASKED.indexOf(named('trap')), '\n').join(MARK);
    const guests = createLibvirt(virsh(empty, { stderr }).exec).describe(ASKED, undefined);
    await expect(guests).rejects.toMatchObject({
      code: 'guest.unreachable',
      message: 'libvirt does not describe guest trap: Timed out during operation: cannot acquire state change lock',
    });
  });

  test('how one that is off came to that', async () => {
    const stateOf = async (reason: string): Promise<string | undefined> => {
      const said = without(GONE).replaceAll(/^(holdstill-\S{24}shut off)$/gm, `$1 (${reason})`);
      const [trap] = await createLibvirt(virsh(said).exec)
        .describe(ASKED, undefined)
        .then((all) => all.filter(({ name }) => name === 'trap'));
      return trap?.state;
    };
    for (const reason of ['shutdown', 'unknown', 'from snapshot']) expect(await stateOf(reason)).toBe('off');
    for (const reason of ['destroyed', 'crashed', 'failed', 'daemon', 'migrated', 'saved'])
      expect(await stateOf(reason)).toBe('not shut down');
  });

  test('a saved guest has the disks that it goes on with, not those of its definition', async () => {
    expect(DESCRIBED).toContain(`<target dev='vdz'`);
    const [, , third] = await createLibvirt(virsh(without(GONE)).exec).describe(ASKED, undefined);
    expect(third?.disks.map(({ target, path: place }) => `${target} ${place}`)).toEqual([
      'vda /srv/images/third-1.img',
      'vdb /srv/images/third-2.img',
    ]);
  });

  test('what metadata, comments and descriptions hold is no part of the definition', async () => {
    expect(DESCRIBED).toContain('</domain> --><![CDATA[</domain>\nrunning');
    const [, , , exotic, trap] = await createLibvirt(virsh(without(GONE)).exec).describe(ASKED, undefined);
    expect(trap).toMatchObject({ state: 'off', disks: [] });
    expect(JSON.stringify(exotic)).not.toContain('/not/a/disk');
  });

  test('a definition that is refused is that of its guest', async () => {
    const bad = without(GONE).replace(
      `<domain type='qemu'>\n  <name>trap`,
      `<!DOCTYPE a><domain type='qemu'>\n  <name>trap`,
    );
    const guests = createLibvirt(virsh(bad).exec).describe(ASKED, undefined);
    await expect(guests).rejects.toMatchObject({
      message: /^the definition of guest trap is refused: .*document type/,
    });
  });
});

describe('disks', () => {
  const VG0 = { '--pool=vg0 --vol=data': '/dev/vg0/data\n\n' };
  const disksOf = async (name: string, volumes = {}) => {
    const guests = await createLibvirt(virsh(without(GONE), { volumes }).exec).describe(ASKED, undefined);
    const disks = guests.find((guest) => guest.name === name)?.disks ?? [];
    return disks.map(({ target, path: place, refused }) => `${target} ${place ?? refused}`);
  };

  test('of 14 kinds: CD-ROMs, floppies and empty drives are passed over, what no storage of this host holds is refused', async () => {
    expect(await disksOf('exotic', VG0)).toEqual([
      'sda /dev/vg-libvirt/kvmserv-lvm-disk-1',
      'sdb is a physical LUN that is passed through (/dev/disk/by-id/scsi-360)',
      'vda /var/lib/libvirt/images/with space & amp; ünï"quote.qcow2',
      'vdb is a qcow2 image with what is no file of this host below it (block)',
      'vdc is a network disk (rbd pool/image)',
      'vdd is a network disk (nbd exp)',
      'vde is a network disk (iscsi iqn.2013-07.com.example:iscsi/1)',
      'vdf /dev/vg0/data',
      'vdg /img/shared.raw',
      'vdh /img/ro.raw',
      'vdi is a directory that is shown as a FAT disk (/srv/fat)',
    ]);
  });

  test('a volume of a pool that is not there', async () => {
    expect(await disksOf('exotic')).toContain(
      "vdf is volume data of the storage pool vg0, which libvirt does not find: Storage pool not found: no storage pool with matching name 'vg0'",
    );
  });

  test('a volume with an odd path', async () => {
    const odd = { '--pool=vg0 --vol=data': '/srv/a\nb\n\n' };
    expect(await disksOf('exotic', odd)).toContain('vdf has a name with a control character in it');
  });

  test('paths with the end of a line, which XML reads as a blank, relative ones, and NVMe', async () => {
    expect(DESCRIBED).toContain(`<source file='/tmp/a\nb\tc'/>`);
    expect(await disksOf('src')).toEqual([
      'vda has a name with a control character in it',
      'vdb has a path that is not absolute (rel/path)',
      'vdd /tmp/no-type',
      'vde /tmp/../x',
      'vdf is an NVMe device that is passed through',
    ]);
  });

  test('transient disks are saved as they began, encrypted ones as they are, slices not', async () => {
    expect(await disksOf('src2')).toEqual([
      'vda /tmp/tr',
      'vdb is a slice of a file or device',
      'vdc /tmp/enc',
      'vdd /dev/x',
      'vde /tmp/f',
    ]);
  });
});

/** The recorded answer, as it would be without the domain that is not there. */
function without({ uuid }: ListedGuest): string {
  expect(recorded('described.err')).toContain(uuid);
  const parts = DESCRIBED.split(MARK);
  return parts.toSpliced(2 * ASKED.length, 2).join(MARK);
}
