import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BaculaJob, bacula } from './bacula.ts';
import { freeCpu } from './cpu.ts';
import { follow } from './follow.ts';
import { NoLab } from './debs.ts';
import type { Kernel } from './kernel.ts';
import { extraLayer, type KernelChoice, labLayer } from './layer.ts';
import type { ExtraPackages } from './packages.ts';
import { quote } from './quote.ts';
import { type Call, type Files, collect } from './result.ts';
import { world } from './world.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const repository = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/u, '');

export interface LabOptions {
  /** What the run directory is called, for people who look at one with LAB_KEEP=1. */
  readonly name?: string;
  /** A world to make before the script runs; see world.ts. */
  readonly world?: string;
  /** Have a running Bacula with these jobs, and the functions of guest/bacula.bash. */
  readonly bacula?: readonly BaculaJob[];
  /** Packages that the guest has besides. */
  readonly extra?: ExtraPackages;
  /** Kernel modules to load beforehand; file systems come by themselves. */
  readonly modules?: readonly string[];
  readonly timeoutMs?: number;
  readonly memory?: string;
  /** Undefined: the newest that can be had. */
  readonly kernel?: KernelChoice;
  /** Image files of the host, in the guest /dev/ubda, /dev/ubdb ...; they outlive it. */
  readonly disks?: readonly string[];
  /** Directories of the host that the guest may write to. */
  readonly share?: readonly string[];
  /** Aborted, it kills the guest at once and without a word to it, as if its plug were pulled: status 125. */
  readonly cut?: AbortSignal;
  /** Pass the guest's output on while it runs. */
  readonly echo?: boolean;
}

export interface LabRun {
  /** The script's; 124: timed out, 125: the guest ended before the script did (a crash, a power cut). */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What `call NAME command` caught, by name. */
  readonly calls: Readonly<Record<string, Call>>;
  /** One of them; an error that says what was there instead if there is none. */
  readonly call: (name: string) => Call;
  /** A file that the guest wrote to $LAB. */
  readonly files: Files;
  readonly ms: number;
}

/** Run a bash script in a fresh guest: a Linux with LVM over this machine's root, whose changes die with it. */
export async function inLab(script: string, options: LabOptions = {}): Promise<LabRun> {
  const layer = await labLayer();
  const kernel = layer.kernels[process.env['LAB_KERNEL'] === 'own' ? 'own' : (options.kernel ?? 'newest')];
  const extra = options.extra === undefined ? [] : [await extraLayer(options.extra)];
  const layers = [...(kernel.layer === undefined ? [] : [kernel.layer]), ...extra, layer.directory];
  const run = await mkdtemp(join(await realpath(tmpdir()), `holdstill-${options.name ?? 'lab'}.`));
  try {
    mkdirSync(join(run, 'files'));
    copyFileSync(`${here}guest/init.pl`, join(run, 'init'));
    chmodSync(join(run, 'init'), 0o755); // whatever mode the clone gave it
    writeFileSync(join(run, 'cmd'), wholeScript(script, options));
    writeFileSync(join(run, 'settings'), settings(layers, options));
    for (const stream of ['stdout', 'stderr']) writeFileSync(join(run, stream), '');
    const started = performance.now();
    const words = [...kernel.words, ...kernelWords(run, options.disks, options.memory)];
    const ended = await boot(run, kernel, words, options);
    const ms = performance.now() - started;
    const read = (name: string): string => (existsSync(join(run, name)) ? readFileSync(join(run, name), 'utf8') : '');
    const rc = read('rc').trim();
    const status = rc === '' ? (ended === 'timeout' ? 124 : 125) : Number(rc);
    const trouble = status < 124 || rc !== '' ? '' : explain(ended, options, read('init-error'), read('console'));
    return {
      status,
      stdout: read('stdout'),
      stderr: read('stderr') + trouble,
      ms,
      ...(await collect(join(run, 'files'))),
    };
  } finally {
    if (process.env['LAB_KEEP']) process.stderr.write(`lab: kept ${run}\n`);
    else await rm(run, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The script with all that stands before it. */
export function wholeScript(script: string, { world: description, bacula: jobs }: LabOptions): string {
  const older = process.env['LAB_UTIL_LINUX'];
  const source = (file: string) => `. "$REPO/test/lab/guest/${file}" || exit 99\n`;
  return [
    `export REPO=${quote(repository)} NODE=${quote(process.execPath)}\ncd "$REPO" || exit 99\n`,
    source('prelude.bash'),
    description === undefined ? '' : world(description),
    jobs === undefined ? '' : bacula(jobs),
    older === undefined ? '' : `${source('old-util-linux.emulation.bash')}old_util_linux ${quote(older)}\n`,
    script,
    '\n',
  ].join('');
}

/**
 * What makes the kernel quick to boot (0.3 s instead of 2) and keeps it from waiting for a terminal. Its command line knows
 * no quoting, so whatever may have a blank in it is said by files of the run directory.
 */
function kernelWords(run: string, disks: readonly string[] = [], memory = '1G'): string[] {
  if (/\s/u.test(run)) throw new NoLab(`the lab needs a temporary directory without a blank in its name, not ${run}`);
  disks.forEach((image, index) => {
    symlinkSync(resolve(image), join(run, `disk${String(index)}`));
  });
  return [
    `mem=${memory} root=/dev/root rootfstype=hostfs rootflags=/ rw`,
    'con=null con0=null,fd:1 quiet loglevel=3 noreboot panic=-1 random.trust_cpu=on pty.legacy_count=0 lpj=5000000',
    'initcall_blacklist=raid6_select_algo,init_zswap,init_jfs_fs',
    `init=${run}/init uml_dir=${run}/ umid=uml LAB_RUN=${run}`,
    ...disks.map((_, index) => `ubd${String(index)}=${run}/disk${String(index)}`),
  ].flatMap((words) => words.split(' '));
}

/** For guest/init.pl. */
function settings(layers: readonly string[], { modules, disks, share = [] }: LabOptions): string {
  const load = modules ?? ['loop', 'dm-snapshot', 'dm-thin-pool', 'fuse'];
  return [
    ...layers.filter(Boolean).map((layer) => `layer ${layer}`),
    ...load.map((name) => `module ${name}`),
    ...share.map((directory) => `share ${resolve(directory)}`),
    ...(disks === undefined ? [] : ['sync yes']),
    '',
  ].join('\n');
}

async function boot(
  run: string,
  { program, directory, environment }: Kernel,
  words: readonly string[],
  options: LabOptions,
): Promise<number | 'timeout'> {
  const set = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const kernel = ['env', `--chdir=${directory}`, ...set, program, ...words];
  for (;;) {
    const cpu = await freeCpu();
    const child = spawn('bash', [`${here}supervise.sh`, run, ...cpu.command, ...kernel], {
      detached: true, // a Ctrl-C at the terminal must not end the one who cleans up
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: run, LAB_KEEP: process.env['LAB_KEEP'] ?? '' },
    });
    child.stdin.on('error', () => undefined); // the guest ended by itself at that very moment
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.stdin.write('\n');
    }, options.timeoutMs ?? 120_000);
    const pull = (): unknown => child.stdin.write('\n');
    options.cut?.addEventListener('abort', pull);
    const stop = options.echo ? follow(run) : undefined;
    const [status] = (await once(child, 'exit')) as [number | null];
    clearTimeout(timer);
    options.cut?.removeEventListener('abort', pull);
    await stop?.();
    child.stdin.destroy();
    if (timedOut) return 'timeout';
    if (status !== cpu.busy || existsSync(join(run, 'rc'))) return status ?? 125;
  }
}

function explain(ended: number | 'timeout', options: LabOptions, initError: string, console: string): string {
  if (ended === 'timeout') return `lab: timed out after ${String(options.timeoutMs ?? 120_000)} ms\n`;
  const last = console.split('\nCall Trace')[0]?.trimEnd().split('\n').slice(-8).join('\n') ?? '';
  return `lab: the guest ended (status ${String(ended)}) before the script did\n${initError}${last}\n`;
}
