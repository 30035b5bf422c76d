import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Fault } from '../../src/core/model/fault.ts';
import { createXen } from '../../src/inventories/xen.ts';
import { disksOf } from '../../src/inventories/xen/disks.ts';
import { plainName } from '../../src/inventories/xen/files.ts';
import type { Command, Exec, Finished } from '../../src/system/command.ts';
import { parseDomains, parseStates, readGuestFile, type XlDisk } from '../../src/system/tools/xl.ts';

const fixtures = path.join(import.meta.dirname, '../fixtures');

/** What xl of Xen 4.17 printed in a control domain. */
function recorded(name: string): string {
  return fs.readFileSync(path.join(fixtures, name), 'utf8');
}

const LIST = recorded('xl-4.17.list-l.json');
const STATES = recorded('xl-4.17.list-v.txt');
const ODD = `with  blanks 'q' ü and longer than forty columns`;

describe('the guests that run', () => {
  test('are all but the control domain, with the disks that libxl holds', () => {
    expect(parseDomains(LIST).map(({ id, name, disks }) => [id, name, disksOf(disks)])).toEqual([
      [
        1,
        'infra',
        [
          { target: 'xvda', path: '/dev/vg0/domu-infra', refused: undefined },
          { target: 'xvdb', path: '/dev/vg0/domu-infra-data', refused: undefined },
        ],
      ],
      [
        2,
        ODD,
        [
          { target: 'xvda1', path: '/dev/vg0/domu-two-disk', refused: undefined },
          { target: 'xvdb', path: '/var/tmp/file.img', refused: undefined },
        ],
      ],
    ]);
  });

  test('run or are paused, whatever their names are like', () => {
    expect(parseStates(STATES)).toMatchObject([
      { id: 1, name: 'infra', state: 'running', bytes: 112 * 1024 * 1024, dying: false },
      { id: 2, name: ODD, state: 'paused', dying: false },
    ]);
    const row = (name: string, state: string): string =>
      `Name\n${name.padEnd(40)}     7    96     1     ${state}       0.0 e88b19ac-830a-4cca-a569-34570c9b5c8e        0  system_u:domU_t\n`;
    expect(parseStates(row('a  1  2  3     r-----  1.0', '--p---'))).toMatchObject([
      { id: 7, name: 'a  1  2  3     r-----  1.0', state: 'paused' },
    ]);
    const stateOf = (letters: string): string | undefined => parseStates(row('x', letters))[0]?.state;
    expect(['---s--', '---sr-'].map(stateOf)).toEqual(['off', 'off']);
    expect(['--psc-', '---sw-'].map(stateOf)).toEqual(['crashed', 'crashed']);
    expect(['---ss-', '--pss-'].map(stateOf)).toEqual(['suspended', 'suspended']);
    expect(parseStates(row('x', '--ps-d'))[0]).toMatchObject({ state: 'off', dying: true });
  });

  test.each([
    ['another form of the output', '(domain\n\t(domid 0)\n', /no JSON/],
    ['no list', '{}', /no list/],
    ['what is cut off', LIST.slice(0, 900), /no JSON/],
  ])('are not guessed from %s', (_, stdout, message) => {
    expect(() => parseDomains(stdout)).toThrow(message);
  });

  test('are not guessed from lines that are cut off, or of another form', () => {
    expect(() => parseStates(STATES.slice(0, -1))).toThrow(/cut off/);
    expect(() => parseStates('Name\ninfra 1 112 1 -b---- 9.4\n')).toThrow(/can't be read/);
  });
});

interface OracleDisk {
  readonly rc: number;
  readonly path: string;
  readonly vdev: string;
  readonly format: string;
  readonly cdrom: 0 | 1;
  readonly script: string | null;
}

/** A file, what `xl create -q -n -f` made of it, and what a program of its own made of it with the same parser (libxlutil 4.17). */
interface Recorded extends Finished {
  readonly config: string;
  readonly oracle: { readonly rc: number; readonly name?: string; readonly disk?: readonly OracleDisk[] };
}

const files = fs.readdirSync(path.join(fixtures, 'xl-4.17.create')).map((name) => {
  const one = JSON.parse(recorded(`xl-4.17.create/${name}`)) as Recorded;
  return { file: `/etc/xen/${name.replace(/json$/, 'cfg')}`, ...one };
});

describe('the file of a guest', () => {
  test('there are twenty', () => expect(files).toHaveLength(20));

  test.each(files)('$file is what xl makes of it', ({ file, oracle, ...finished }) => {
    const said = readGuestFile(file).parse(finished);
    const disks = oracle.disk ?? [];
    if (finished.status !== 0) {
      // For a disk that it does not understand, or any other setting, xl gives up the whole file.
      const problem = /^((line \d+: )?config parsing error|xl: Unable to get element #0 in ioport list$)/;
      expect(said).toEqual({ problem: expect.stringMatching(problem) as string });
      expect(oracle.rc !== 0 || disks.some(({ rc }) => rc !== 0) || file.includes('nested-list')).toBe(true);
      return;
    }
    expect(said).toMatchObject({ name: oracle.name });
    expect('disks' in said && said.disks).toEqual(
      disks.map(({ path: where, vdev, format, cdrom, script }) => ({
        path: where,
        vdev,
        format,
        script: script ?? undefined,
        server: undefined,
        cdrom: cdrom === 1,
      })),
    );
  });
});

test('disks that this host does not hold as they are are refused, and drives passed over', () => {
  const disk = { path: '/dev/vg0/a', vdev: 'xvda', format: 'raw', script: undefined, server: undefined, cdrom: false };
  const why = (one: Partial<XlDisk>) => disksOf([{ ...disk, ...one }])[0];
  expect(why({ path: 'vg0/b' })).toEqual({ target: 'xvda', path: '/dev/vg0/b', refused: undefined });
  expect(why({ path: '///EXAVM/n.img' })?.path).toBe('/EXAVM/n.img');
  expect(why({ path: '/dev/vg0/blank  ' })?.path).toBe('/dev/vg0/blank  ');
  expect(why({ script: 'block-iscsi', path: 'iqn.x' })).toMatchObject({
    path: undefined,
    refused: /block-iscsi.*iqn\.x/,
  });
  expect(why({ server: 'storage' })?.refused).toMatch(/domain storage/);
  expect(why({ format: 'qcow2' })?.refused).toMatch(/only raw/);
  expect(why({ format: undefined })?.refused).toMatch(/does not tell/);
  expect(why({ path: '' })?.refused).toMatch(/nothing behind/);
  expect(why({ cdrom: true })).toBeUndefined();
  expect(why({ format: 'empty', path: '' })).toBeUndefined();
  expect(disksOf([disk, { ...disk, path: '/dev/vg0/b' }]).map(({ refused }) => refused)).toEqual([
    undefined,
    'has the target of another disk',
  ]);
});

test('of a file that xl does not read the name is known only where it is written plainly', () => {
  expect(plainName(`name = 'web'\ndisk = [ x % y ]\n`)).toBe('web');
  expect(plainName(`OVM_simple_name = 'x'\r\nname = "0004fb"\r\n`)).toBe('0004fb');
  expect(plainName(`name='a'; memory=1\nname='b' # c\n`)).toBe('b');
  for (const text of [`name = "py" + str(1)`, `name = 'a%s' % 1`, `name='a'\nname=b`, `name='a\\x41'`, `x=1`]) {
    expect(plainName(text)).toBeUndefined();
  }
});

/** A control domain: what xl prints of its domains, and the files in /etc/xen. */
interface Host {
  readonly list?: string;
  readonly states?: string;
  readonly files?: Readonly<Record<string, { readonly text: string; readonly is?: Finished; readonly weak?: true }>>;
  readonly links?: Readonly<Record<string, string>>;
}

function hostOf({ list = '[]', states = 'Name\n', files: all = {}, links = {} }: Host) {
  const ran: string[] = [];
  const answers: Readonly<Record<string, (file: string) => unknown>> = {
    namesIn: (file) =>
      Object.keys({ ...all, ...links }).flatMap((one) => (path.dirname(one) === file ? [path.basename(one)] : [])),
    realPath: (file) => links[file] ?? file,
    lookUp: (file) => ({ kind: file in all ? 'file' : 'directory', bytes: 10 }),
    readText: (file) => all[file]?.text,
    trustedMode: (file) => {
      if (all[file]?.weak) throw new Fault('config.insecure', `${file} is writable by everybody`, { hint: 'chmod' });
      return 0o644;
    },
  };
  const exec = {
    run: async <T>(command: Command<T>): Promise<T> => {
      ran.push(command.argv.join(' '));
      const file = command.argv[4] ?? '';
      if (command.argv[0] === 'create') return command.parse(all[file]?.is ?? made(all[file]?.text ?? ''));
      return command.parse({ status: 0, stdout: command.argv[1] === '-l' ? list : states, stderr: '' });
    },
    ask: async (name: string, { file }: { readonly file: string }) => answers[name]?.(file),
    patienceMs: () => 0,
  } as Exec;
  return { xen: createXen(exec, () => true), ran };
}

/** As if xl had read a file of the form `name='x'`, then `/dev/a`. */
function made(text: string): Finished {
  const [, name, device] = /name='(.*)'\n(.*)/.exec(text) ?? [];
  const disks = [{ pdev_path: device, vdev: 'xvda', format: 'raw' }];
  return { status: 0, stdout: JSON.stringify({ c_info: { name, uuid: 'AB' }, disks }), stderr: '' };
}

const broken = (file: string): Finished => ({ status: 1, stdout: '', stderr: `${file}:1: config parsing error\n` });
const named = (name: string) => ({ name, uuid: '' });

describe('all guests of a host', () => {
  const infra = { text: `name='infra'\n/dev/vg0/old` };
  const web = { text: `name='web'\nvg0/web` };

  test('of which one runs are told by two processes', async () => {
    const { xen, ran } = hostOf({ list: LIST, states: STATES, files: { '/etc/xen/web.cfg': web } });
    expect((await xen.list(undefined, 'infra'))?.map(({ name }) => name)).toEqual(['infra', ODD]);
    expect(ran).toEqual(['list -l', 'list -v']);
    const guests = await xen.describe([named(ODD), named('infra')], undefined);
    expect(guests.map(({ name, state, disks }) => [name, state, disks.length])).toEqual([
      [ODD, 'paused', 2],
      ['infra', 'running', 2],
    ]);
    expect(ran).toHaveLength(4);
  });

  test('that do not run are found by their files; one that runs is as it runs', async () => {
    const { xen, ran } = hostOf({
      list: LIST,
      states: STATES,
      files: {
        '/etc/xen/infra.cfg': infra,
        '/etc/xen/web.cfg': web,
        '/etc/xen/web.cfg.bak': { text: `name='web'\nvg0/older` },
        '/etc/xen/xl.conf': { text: `name=''` },
        '/etc/xen/xlexample.pvlinux': { text: `name='example'\n/dev/x` },
        '/etc/xen/notes.txt': { text: 'the names of all' },
      },
      links: { '/etc/xen/auto/10-web': '/etc/xen/web.cfg', '/etc/xen/scripts': '/etc/xen/scripts' },
    });
    expect((await xen.list(undefined))?.map(({ name }) => name)).toEqual(['infra', ODD, 'web']);
    expect(ran.slice(2)).toEqual(['create -q -n -f /etc/xen/infra.cfg', 'create -q -n -f /etc/xen/web.cfg']);
    ran.length = 0;
    expect(await xen.list(undefined, 'web')).toContainEqual({ name: 'web', uuid: 'ab' });
    expect(ran.slice(2)).toEqual(['create -q -n -f /etc/xen/web.cfg']);
    const [guest] = await xen.describe([named('web')], undefined);
    expect(guest).toMatchObject({ state: 'off', disks: [{ target: 'xvda', path: '/dev/vg0/web' }] });
  });

  test('whose file tells nothing are refused by name, and hide no other', async () => {
    const { xen } = hostOf({
      files: {
        '/etc/xen/web.cfg': web,
        '/etc/xen/weak.cfg': { text: `name='weak'\n/dev/x`, weak: true },
        '/etc/xen/ovm.cfg': { text: `name = 'ovm'\nOVM_os_type = 'x'`, is: broken('/etc/xen/ovm.cfg') },
      },
    });
    expect((await xen.list(undefined))?.map(({ name }) => name)).toEqual(['web', 'weak', 'ovm']);
    await expect(xen.describe([named('ovm')], undefined)).rejects.toThrow(
      /ovm\.cfg.*Python as Oracle VM.*line 1: config/,
    );
    await expect(xen.describe([named('weak')], undefined)).rejects.toThrow(/weak\.cfg.*writable by everybody/);
    await expect(xen.describe([named('gone')], undefined)).rejects.toMatchObject({ code: 'guest.unknown' });
  });

  test('may be those of a file that tells no name', async () => {
    const python = { text: `name = "w" + "eb"`, is: broken('/etc/xen/py') };
    const { xen } = hostOf({ files: { '/etc/xen/py': python, '/etc/xen/web.cfg': web } });
    await expect(xen.list(undefined)).rejects.toMatchObject({ code: 'guest.unreachable' });
    expect(await xen.list(undefined, 'web')).toEqual([{ name: 'web', uuid: 'ab' }]);
  });

  test('can not be two of one name', async () => {
    const other = { text: `name='web'\nvg0/other` };
    const { xen } = hostOf({ files: { '/etc/xen/a': web, '/etc/xen/b': other } });
    await expect(xen.describe([named('web')], undefined)).rejects.toThrow('/etc/xen/a and /etc/xen/b');
    const same = hostOf({ files: { '/etc/xen/a': web, '/etc/xen/b': web } });
    expect(await same.xen.describe([named('web')], undefined)).toHaveLength(1);
  });

  test('that libxl knows nothing of are listed, and not described', async () => {
    const { xen } = hostOf({ states: STATES });
    expect((await xen.list(undefined, 'infra'))?.map(({ name }) => name)).toEqual(['infra', ODD]);
    await expect(xen.describe([named('infra')], undefined)).rejects.toMatchObject({ code: 'guest.unreachable' });
  });

  test('are not those that are nearly gone, nor what serves the devices of another one', async () => {
    const row = (id: number, name: string, state: string): string =>
      `${name} ${id} 96 1 ${state} 0.0 e88b19ac-830a-4cca-a569-34570c9b5c8${id} - -\n`;
    const states = `Name\n${row(3, 'gone', '--ps-d')}${row(4, '(null)', '------')}${row(5, 'infra-dm', '-b----')}${row(6, 'x', '-b----')}`;
    const { xen } = hostOf({ list: LIST, states });
    expect((await xen.list(undefined))?.map(({ name }) => name)).toEqual(['infra', ODD, 'x']);
  });

  test('are none of a connection to libvirt, nor where Xen does not run', async () => {
    const { xen, ran } = hostOf({ list: LIST, states: STATES });
    expect(await xen.list('qemu:///system')).toBeUndefined();
    expect(await createXen({} as Exec, () => false).list(undefined)).toBeUndefined();
    expect(ran).toEqual([]);
  });
});

test.each([
  [new Fault('tool.failed', 'xl list failed with status 1', { detail: ['xencall: error: no'] }), /xencall: error: no/],
  [new Fault('tool.timeout', 'xl list did not end within 20 s'), /20 s/],
  [new Fault('tool.missing', 'xl is not installed'), /not installed/],
])('xl that does not answer is told as a host that does not: %s', async (fault, message) => {
  const exec = { run: () => Promise.reject(fault) } as unknown as Exec;
  const asked = createXen(exec, () => true).list(undefined);
  await expect(asked).rejects.toMatchObject({
    code: 'guest.unreachable',
    message: expect.stringMatching(message) as string,
  });
});
