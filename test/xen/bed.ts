import { spawn, execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { cacheDirectory } from '../lab/cache.ts';
import { freeCpu } from '../lab/cpu.ts';
import { unpackPackages } from '../lab/debs.ts';
import { madeOnce } from '../lab/made.ts';
import { nodeBinary } from '../lab/node.ts';
import { xenPackages } from './packages.ts';

const here = import.meta.dirname;
const dist = join(here, '../../dist');

/** Count it up when the packages are unpacked, or what is made of them is made, in another way. */
const FORMAT = 1;
/** Of the control domain and all guests together. */
const MEMORY_MB = 1536;
const GUESTS_MB = 448;

export interface XenRun {
  /** The script's; 124: timed out, 125: there was no machine for it, or that ended before the script did. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a bash script in the control domain of Xen 4.17 under QEMU: Debian's packages, nothing installed, no root needed. It has LVM, xl,
 * the executables in /opt/dist, and a guest `infra` that counts on two disks (guest/dom0.bash, guest/domu.sh); /host/words.bash has words for it. The emulator sometimes lets
 * a process crash: a machine that ends before the script has begun is started once more, one that ends later is not.
 */
export async function inXen(script: string, timeoutMs: number): Promise<XenRun> {
  const made = await build();
  const first = await boot(script, made, timeoutMs);
  return first.status === 125 && !first.begun ? boot(script, made, timeoutMs) : first;
}

interface Made {
  /** With xen.elf, dom0.elf, dom0.initrd, root.img. */
  readonly directory: string;
  readonly tree: string;
}

/** Made once, kept beside the lab's packages, and made again when one of the files here is another. */
async function build(): Promise<Made> {
  const key = createHash('sha256')
    .update(`${String(FORMAT)} ${xenPackages.join(' ')}\n`)
    .digest('hex')
    .slice(0, 16);
  const tree = join(cacheDirectory(), `xen-root-${key}`);
  if (!existsSync(tree)) await unpackPackages(tree, xenPackages, { status: '/dev/null', unwanted: undefined });
  const node = await nodeBinary(20);
  const files = [
    'build.bash',
    '../lab/boot.words.bash',
    ...readdirSync(join(here, 'guest')).map((name) => `guest/${name}`),
  ];
  const parts = files.map((name) => readFileSync(join(here, name)));
  const hash = parts.reduce((sum, part) => sum.update(part), createHash('sha256').update(`${tree} ${node}\n`));
  const directory = join(cacheDirectory(), `xen-${hash.digest('hex').slice(0, 16)}`);
  await madeOnce(directory, (work) =>
    promisify(execFile)('bash', [join(here, 'build.bash'), tree, node, work], { maxBuffer: 2 ** 26 }),
  );
  return { directory, tree };
}

async function boot(script: string, made: Made, timeoutMs: number): Promise<XenRun & { readonly begun: boolean }> {
  const run = mkdtempSync(join(tmpdir(), 'holdstill-xen.'));
  try {
    mkdirSync(join(run, 'dist'));
    for (const part of ['holdstill', 'generic']) cpSync(join(dist, part), join(run, 'dist', part), { recursive: true });
    writeFileSync(join(run, 'script'), script);
    cpSync(join(here, 'words.bash'), join(run, 'words.bash'));
    for (const name of ['stdout', 'stderr', 'disk']) writeFileSync(join(run, name), '');
    truncateSync(join(run, 'disk'), 2 ** 30);
    const ended = await emulate(run, made, timeoutMs);
    const read = (name: string): string => (existsSync(join(run, name)) ? readFileSync(join(run, name), 'utf8') : '');
    const [status, begun] = [read('status').trim(), existsSync(join(run, 'begun'))];
    const trouble = status === '' || !begun ? ['boot', 'console', 'qemu'].map((name) => last(read(name))).join('') : '';
    return {
      status: status === '' ? (ended === 'timeout' ? 124 : 125) : Number(status),
      stdout: read('stdout'),
      stderr: read('stderr') + trouble,
      begun,
    };
  } finally {
    if (process.env['LAB_KEEP']) process.stderr.write(`lab: kept ${run}\n`);
    else rmSync(run, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Until the script has ended, the machine has, or the time is up. */
async function emulate(run: string, made: Made, timeoutMs: number): Promise<'done' | 'ended' | 'timeout'> {
  for (;;) {
    const cpu = await freeCpu();
    // Whoever kills the tests has killed the emulator, too.
    const words = ['setpriv', '--pdeathsig', 'KILL', ...cpu.command, ...qemu(run, made)];
    const env = {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      QEMU_MODULE_DIR: `${made.tree}/usr/lib/x86_64-linux-gnu/qemu`,
    };
    const child = spawn(words[0] ?? '', words.slice(1), { env, stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.on('data', (text: Buffer) => writeFileSync(join(run, 'qemu'), text, { flag: 'a' }));
    const exit = once(child, 'exit') as Promise<[number | null]>;
    const end = performance.now() + timeoutMs;
    const gone = exit.then(() => true);
    let ended = false;
    while (!ended && !existsSync(join(run, 'status')) && performance.now() < end) {
      ended = await Promise.race([gone, sleep(200).then(() => false)]);
    }
    if (ended && child.exitCode === cpu.busy) continue;
    child.kill('SIGKILL');
    await exit;
    return ended ? 'ended' : existsSync(join(run, 'status')) ? 'done' : 'timeout';
  }
}

/**
 * One CPU, one thread: a control domain of this kind (PV) flushes the TLB at every system call, which takes two to three times as long with
 * more (QEMU 7.2, measured). A CPU without AVX: what QEMU 7.2 makes of its state under Xen lets every other Node.js crash.
 */
function qemu(run: string, { directory, tree }: Made): readonly string[] {
  const libraries = `${tree}/usr/lib/x86_64-linux-gnu`;
  const loader = [
    `${tree}/lib64/ld-linux-x86-64.so.2`,
    '--library-path',
    libraries,
    `${tree}/usr/bin/qemu-system-x86_64`,
  ];
  const dom0 = MEMORY_MB - GUESTS_MB;
  const xen = `console=com1 com1=115200,8n1 dom0_mem=${dom0}M,max:${dom0}M spec-ctrl=no xpti=0 smap=0 smep=0`;
  const kernel = 'console=hvc0 quiet panic=-1 mitigations=off nokaslr';
  const options = [
    loader,
    ['-L', `${tree}/usr/share/qemu`, '-L', `${tree}/usr/share/seabios`],
    ['-accel', 'tcg,thread=single,tb-size=256', '-cpu', 'Penryn', '-smp', '1', '-m', String(MEMORY_MB)],
    ['-nodefaults', '-display', 'none', '-serial', `file:${run}/console`, '-no-reboot'],
    ['-kernel', `${directory}/xen.elf`, '-append', xen],
    ['-initrd', `${directory}/dom0.elf ${kernel},${directory}/dom0.initrd`],
    ['-drive', `file=${directory}/root.img,format=raw,if=virtio,snapshot=on`],
    ['-drive', `file=${run}/disk,format=raw,if=virtio,cache=unsafe`],
    ['-virtfs', `local,path=${run},mount_tag=host,security_model=none,multidevs=remap`],
  ];
  return options.flat();
}

function last(text: string): string {
  return text.trimEnd().split('\n').slice(-10).join('\n').concat('\n');
}
