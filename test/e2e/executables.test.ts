import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeBinary, nodeMajors } from '../lab/node.ts';

const dist = join(import.meta.dirname, '../../dist');

/** What each hook answers on a machine without /etc/holdstill, or without Node.js. */
const hooks = [
  { file: 'sesam/sbc_pre', noConfig: 1, noNode: 1 },
  { file: 'sesam/sbc_post', noConfig: 1, noNode: 1 },
  { file: 'bacula/run-before', noConfig: 2, noNode: 1 },
  { file: 'bacula/run-after', noConfig: 2, noNode: 1 },
  { file: 'generic/pre', noConfig: 2, noNode: 1 },
  { file: 'generic/post', noConfig: 2, noNode: 1 },
] as const;

interface Answer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

let work: string;
beforeAll(() => {
  work = fs.mkdtempSync(join(tmpdir(), 'holdstill-e2e-'));
});
afterAll(() => {
  fs.rmSync(work, { recursive: true, force: true });
});

const configured = fs.existsSync('/etc/holdstill');
const namespaces = spawnSync('unshare', ['-rm', 'true']).status === 0;
if (process.env['CI'] && (configured || !namespaces))
  throw new Error('CI is set, and some of these tests would be skipped');
if (configured) process.stderr.write('executables: skipped, this machine has a /etc/holdstill\n');
if (!namespaces) process.stderr.write('executables: some are skipped, `unshare -rm` is not allowed here\n');

describe.skipIf(configured)('an executable, copied alone to an empty directory', () => {
  test.each(hooks)('$file answers in the protocol of its product', ({ file, noConfig }) => {
    expectAnswer(file, run([alone(file), 'nightly']), noConfig, /config|\/etc\/holdstill/);
  });

  test.each(hooks)('$file works below a package.json of modules and below a broken one', ({ file, noConfig }) => {
    for (const content of ['{"type": "module"}', '{"type": "mod']) {
      const copy = alone(file);
      fs.writeFileSync(join(dirname(dirname(copy)), 'package.json'), content);
      expectAnswer(file, run([copy, 'nightly']), noConfig);
    }
  });

  test('a node in the current directory is never run', () => {
    const copy = alone('sesam/sbc_pre');
    const cwd = dirname(copy);
    script(join(cwd, 'node'), 'touch evil; echo v20.0.0');
    for (const env of [{}, { PATH: '' }, { PATH: '.' }, { PATH: ':/nowhere' }]) {
      expectAnswer('sesam/sbc_pre', run([copy, 'nightly'], { cwd, env }), 1);
      if (namespaces) expectAnswer('sesam/sbc_pre', run(hidingNode([copy, 'nightly']), { cwd, env }), 1, /Node\.js/);
    }
    expect(fs.existsSync(join(cwd, 'evil'))).toBe(false);
  });

  test('a foreign library path does not reach Node.js', () => {
    const copy = alone('sesam/sbc_pre');
    for (const name of ['libstdc++.so.6', 'libm.so.6', 'libgcc_s.so.1', 'libdl.so.2', 'libpthread.so.0']) {
      fs.writeFileSync(join(dirname(copy), name), 'not a library');
    }
    const env = { LD_LIBRARY_PATH: dirname(copy) };
    expect(run([process.execPath, '--version'], { env }).status).not.toBe(0);
    expectAnswer('sesam/sbc_pre', run([copy, 'nightly'], { env }), 1);
  });

  test('no code is taken from the environment', () => {
    const copy = alone('sesam/sbc_pre');
    const evil = join(dirname(copy), 'evil.js');
    fs.writeFileSync(evil, `require('fs').writeFileSync(__dirname + '/evil', '')`);
    const env = { NODE_OPTIONS: `--require=${evil}`, NODE_PATH: dirname(copy), NODE_DEBUG: 'module' };
    const answer = run([copy, 'nightly'], { env });
    expectAnswer('sesam/sbc_pre', answer, 1);
    expect(answer.stderr).toBe('');
    expect(fs.existsSync(join(dirname(copy), 'evil'))).toBe(false);
  });

  test.each(hooks)(
    '$file keeps its exit status with all descriptors closed and without a reader',
    ({ file, noConfig }) => {
      const copy = alone(file);
      expectAnswer(file, run(['sh', '-c', 'exec "$0" nightly <&-', copy]), noConfig);
      expect(run(['sh', '-c', 'exec "$0" nightly <&- >&- 2>&-', copy]).status).toBe(noConfig);
      const pipe = 'mkfifo "$0.pipe"; exec 3<>"$0.pipe" 4>"$0.pipe" 3<&-; exec "$0" nightly >&4 2>&4';
      expect(run(['bash', '-c', pipe, copy]).status).toBe(noConfig);
      expect(run(['sh', '-c', 'exec "$0" nightly >/dev/full', copy]).status).toBe(noConfig);
    },
  );

  test('it runs in a directory that was removed', () => {
    const gone = 'mkdir "$0.d"; cd "$0.d"; rmdir "$0.d"; exec "$0" nightly';
    const answer = run(['sh', '-c', gone, alone('sesam/sbc_pre')]);
    // Of this the shell itself complains, before it reads the file.
    const stderr = answer.stderr.replaceAll(/^sh: .*getcwd.*\n/gm, '');
    expectAnswer('sesam/sbc_pre', { ...answer, stderr }, 1);
  });

  test('it runs through a link, through sh and bash, and by a relative path', () => {
    const copy = alone('sesam/sbc_pre');
    const cwd = dirname(copy);
    fs.symlinkSync(basename(copy), join(cwd, 'a link'));
    const calls = [[join(cwd, 'a link')], ['./a link'], ['sh', copy], ['bash', copy], ['sh', 'sbc_pre'], ['./sbc_pre']];
    for (const call of calls) expectAnswer('sesam/sbc_pre', run([...call, 'nightly'], { cwd }), 1);
    expectAnswer('sesam/sbc_pre', run(['sh', '-c', 'PATH=$0; sbc_pre nightly', cwd]), 1);
  });

  test.each(hooks)('$file --help says what it is and where its configuration is', ({ file }) => {
    const answer = run([alone(file), '--help']);
    expect(answer).toMatchObject({ status: 0, stderr: '' });
    expect(answer.stdout.split('\n')[0]).toMatch(new RegExp(`^usage: ${basename(file)} .*`));
    expect(answer.stdout).toContain('/etc/holdstill/holdstill.yaml');
    // It must be alone: an argument of a product's is none of these.
    expectAnswer(file, run([alone(file), 'nightly', '--help']), file.startsWith('sesam/') ? 1 : 2);
  });

  test('holdstill takes its arguments as they are', () => {
    const copy = alone('holdstill');
    expect(run([copy, '--help']).stdout).toMatch(/^Usage: holdstill /);
    const schema = run([copy, 'config', 'schema']);
    expect(JSON.parse(schema.stdout)).toEqual(JSON.parse(fs.readFileSync(join(dist, 'holdstill.schema.json'), 'utf8')));
  });
});

describe.skipIf(configured)('under each Node.js', () => {
  test.each(nodeMajors.flatMap((major) => hooks.map((hook) => ({ major, ...hook }))))(
    '$major, $file gives the same answer',
    async ({ major, file, noConfig }) => {
      const node = await nodeBinary(major);
      const copy = alone(file);
      const expected = run([copy, 'nightly']);
      expect(run([node, copy, 'nightly'])).toEqual(expected);
      if (namespaces) expect(run(withNode(node, [copy, 'nightly']))).toEqual(expected);
      expectAnswer(file, expected, noConfig);
    },
  );

  test.skipIf(!namespaces).each(nodeMajors)(
    '%s, the deferred part is loaded where a task is configured',
    async (major) => {
      const etc = `mkdir /etc/holdstill; printf 'version: 1\\ntasks:\\n  nightly: /no/such/path\\n' >/etc/holdstill/holdstill.yaml`;
      const own = `for d in /etc /run /var/lib /var/log; do mount -t tmpfs -o mode=755 none $d; done; umask 022; ${etc}; exec "$@"`;
      const inside = ['sh', '-c', own, 'sh', alone('generic/pre'), 'nightly'];
      const answer = run(withNode(await nodeBinary(major), inside));
      expect(answer.stderr).toMatch(/^holdstill: /m);
      expect(answer.stderr).toMatch(/\/no\/such\/path|lvm is not installed/);
      expect(answer.stderr).not.toContain('a bug in holdstill');
      expect(answer.status).toBe(1);
    },
  );
});

describe.skipIf(!namespaces)('without a suitable Node.js', () => {
  test.each(hooks)('$file says so in the protocol of its product', ({ file, noNode }) => {
    const copy = alone(file);
    expectAnswer(file, run(hidingNode([copy, 'nightly'])), noNode, /Node\.js was not found/);
    expect(run(hidingNode(['sh', '-c', 'exec "$0" nightly <&- >&- 2>&-', copy])).status).toBe(noNode);
  });

  test('an old one is named', () => {
    const old = script(join(work, 'old-node'), 'echo v12.22.12');
    const answer = run(withNode(old, [alone('sesam/sbc_pre')]));
    expectAnswer('sesam/sbc_pre', answer, 1, /\(\/usr\/\S+: it is v12\.22\.12.*\); holdstill needs Node\.js/);
    for (const version of ['v18.18.2', 'v4.9.1', 'v16.20.2']) {
      const other = script(join(work, version), `echo ${version}`);
      expectAnswer('sesam/sbc_pre', run(withNode(other, [alone('sesam/sbc_pre')])), 1, new RegExp(version));
    }
  });

  test('a suitable one is found in PATH', async () => {
    const copy = alone('sesam/sbc_pre');
    const env = { PATH: `${dirname(await nodeBinary(22))}:/usr/bin` };
    expectAnswer('sesam/sbc_pre', run(hidingNode([copy, 'nightly']), { env }), 1, /config|\/etc\/holdstill/);
  });
});

test('two builds are the same to the byte', () => {
  const before = contents();
  const root = dirname(dist);
  const build = spawnSync(join(root, 'node_modules/.bin/tsx'), ['hooks/build/build.ts'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(build.stderr).toBe('');
  expect(contents()).toEqual(before);
});

/** A copy with nothing beside it, in a directory whose name has a blank. */
function alone(file: string): string {
  const folder = join(fs.mkdtempSync(join(work, 'copy-')), 'a directory');
  fs.mkdirSync(folder);
  const copy = join(folder, basename(file));
  fs.copyFileSync(join(dist, file), copy);
  return copy;
}

/** With nothing in the environment but what is given. */
function run(call: readonly string[], more: { cwd?: string; env?: Record<string, string> } = {}): Answer {
  const [command = '', ...args] = call;
  const { cwd = '/', env = {} } = more;
  const direct = command.includes('/') ? command : `/bin/${command}`;
  const options = { cwd, env, encoding: 'utf8', input: '', timeout: 60_000 } as const;
  const { status, stdout, stderr, error } = spawnSync(direct, args, options);
  if (error) throw error;
  return { status, stdout, stderr };
}

/** The call in a mount namespace where every Node.js in the usual places is `node`. */
function withNode(node: string, call: readonly string[]): string[] {
  const opt = fs.existsSync('/opt') ? fs.readdirSync('/opt').map((name) => `/opt/${name}/bin/node`) : [];
  const places = ['/usr/bin/node', '/usr/local/bin/node', ...opt, '/usr/bin/nodejs', '/bin/node'];
  const real = new Set(places.filter((path) => fs.existsSync(path)).map((path) => fs.realpathSync(path)));
  const mounts = [...real].map((path) => `/bin/mount --bind '${node}' '${path}' &&`).join(' ');
  return ['unshare', '-rm', '/bin/sh', '-c', `${mounts} exec "$@"`, 'sh', ...call];
}

function hidingNode(call: readonly string[]): string[] {
  return withNode('/dev/null', call);
}

function script(path: string, text: string): string {
  fs.writeFileSync(path, `#!/bin/sh\n${text}\n`);
  fs.chmodSync(path, 0o755);
  return path;
}

/** In the form that the product reads: sesam takes the one line that begins with STATUS:, and it must be the last. */
function expectAnswer(file: string, answer: Answer, status: number, text = /./): void {
  const { stdout, stderr } = answer;
  expect(answer.status, `${stdout}${stderr}`).toBe(status);
  const lines = stdout.split('\n').slice(0, -1);
  if (file.startsWith('sesam/')) {
    expect(lines.filter((line) => line.startsWith('STATUS:'))).toEqual([lines.at(-1)]);
    expect(lines.at(-1)).toMatch(/^STATUS:ERROR \{.+\}$/);
    expect(stderr).toBe('');
  }
  if (file.startsWith('bacula/')) expect(lines.at(-1)).toMatch(/^ERROR: /);
  if (file.startsWith('generic/')) expect(stderr).toMatch(/^holdstill: /);
  expect(`${stdout}${stderr}`).toMatch(text);
}

function contents(): Record<string, string> {
  const files = fs.readdirSync(dist, { recursive: true, encoding: 'utf8' }).toSorted();
  const regular = files.filter((file) => fs.statSync(join(dist, file)).isFile());
  return Object.fromEntries(regular.map((file) => [file, fs.readFileSync(join(dist, file), 'latin1')]));
}
