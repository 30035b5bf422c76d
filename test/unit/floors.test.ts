import { basename, dirname } from 'node:path';
import { expect, test } from 'vitest';
import { code, filesOf, type Import, importsOf, read } from './source-files.ts';

const files = ['src', 'hooks', 'test'].flatMap(filesOf).toSorted();
const contractNames = modulesOf('contracts');
const providers = new Set([...modulesOf('providers')].map(providerOf));
const imports = files.filter((file) => !file.startsWith('test/')).flatMap(importsOf);

/** Who may import what. The first rule whose `from` matches is the one; npm packages have their own table below. */
const floors: readonly { readonly from: RegExp; readonly to: RegExp }[] = [
  {
    from: /^hooks\/build\//,
    to: /^(node:|hooks\/build\/|src\/core\/|src\/contracts\/contracts|src\/config\/schema|src\/main\/deferred)/,
  },
  { from: /^hooks\/holdstill\.ts$/, to: /^src\/main\/command\.ts$/ },
  { from: /^hooks\/[^/]+\//, to: /^src\/(main\/hook|contracts\/[^/]+)\.ts$/ },
  {
    from: /^src\/main\/hook\.ts$/,
    to: /^(node:|src\/core\/|src\/(config\/(precheck|configuration)|app\/app)\.ts$|src\/system\/(orders|paths|signals|strangers|title)\.ts$)/,
  },
  {
    from: /^src\/main\/cli\.ts$/,
    to: /^(node:|src\/(core|config|contracts|report)\/|src\/app\/app\.ts$|src\/system\/(paths|signals|title)\.ts$)/,
  },
  { from: /^src\/main\/(command|obey)\.ts$/, to: /^src\/(system\/orders|app\/(app|watcher))\.ts$/ },
  { from: /^src\/main\/probe\.ts$/, to: /^(node:|src\/(core|foreign)\/)/ },
  { from: /^src\/main\/(help|calledtask)\.ts$/, to: /^src\/(core\/|config\/configuration\.ts$|system\/paths\.ts$)/ },
  { from: /^src\/main\//, to: /^(node:|src\/core\/|src\/system\/paths\.ts$)/ },
  // The composition root; host.ts gives the core its interfaces.
  { from: /^src\/app\//, to: /^(node:|src\/(?!main\/))/ },
  { from: /^src\/core\/text\//, to: /^node:/ },
  { from: /^src\/core\/model\//, to: /^(node:|src\/core\/text\/)/ },
  { from: /^src\/core\/files\//, to: /^(node:|src\/core\/(model|text)\/)/ },
  { from: /^src\/core\/ports\//, to: /^src\/core\/(model|text|journal\/view)/ },
  { from: /^src\/core\/journal\//, to: /^(node:|src\/core\/(model|text|files|ports)\/)/ },
  { from: /^src\/core\/run\//, to: /^(node:|src\/core\/)/ },
  { from: /^src\/contracts\//, to: /^src\/core\/(model|text|ports)\// },
  // The sections of the configuration are made of the settings of all products.
  { from: /^src\/config\//, to: /^(node:|src\/core\/|src\/contracts\/contracts\.ts$)/ },
  { from: /^src\/foreign\//, to: /^(node:|src\/core\/)/ },
  { from: /^src\/system\//, to: /^(node:|src\/(core|foreign)\/)/ },
  { from: /^src\/report\//, to: /^(node:|src\/core\/)/ },
  { from: /^src\/mounts\//, to: /^(node:|src\/(core|system|guests)\/)/ },
  { from: /^src\/(providers|inventories|guests|quiesce)\//, to: /^(node:|src\/(core|system)\/)/ },
];

/** The one door of each npm package. */
const doors: Readonly<Record<string, RegExp>> = {
  execa: /^src\/system\/exec\.ts$/,
  commander: /^src\/main\/cli\.ts$/,
  pino: /^src\/report\/log\.ts$/,
  saxes: /^src\/system\/xml\.ts$/,
  picocolors: /^src\/(report\/|main\/cli\.ts$)/,
  yaml: /^src\/config\//,
  zod: /^src\/config\//,
  esbuild: /^hooks\/build\/bundle\.ts$/,
};

/** Only tests and the build may start processes on their own; all others by execa, but for what has to be small. */
const EXEC_DOOR = /^src\/system\/lean\.ts$/;

test('arrows between the floors go down only', () => {
  const wrong = imports.filter(({ from, to, kind }) => {
    if (isPackage(to)) return false;
    const floor = /^src\/(core\/[^/]+|[^/]+)\//.exec(from)?.[1];
    // Within a floor, files may share helpers; which provider or contract knows which is held below.
    if (floor !== undefined && to.startsWith(`src/${floor}/`)) return false;
    // What another process answers is data.
    if (kind === 'type' && to.startsWith('src/foreign/') && /^src\/(guests|mounts|providers)\//.test(from))
      return false;
    const rule = floors.find((one) => one.from.test(from));
    return rule === undefined || !rule.to.test(to);
  });
  expect(wrong.map(sentence)).toEqual([]);
});

test('a hook names one contract and nothing else', () => {
  const wrong = files
    .filter((file) => /^hooks\/(?!build\/)[^/]+\//.test(file))
    .filter((file) => {
      const product = basename(dirname(file));
      const seen = importsOf(file).map(({ to }) => to);
      return seen.toSorted().join() !== `src/contracts/${product}.ts,src/main/hook.ts`;
    });
  expect(wrong).toEqual([]);
});

test('no contract knows another, no provider knows another', () => {
  const wrong = imports.filter(({ from, to }) => {
    if (from.startsWith('src/contracts/')) return from !== 'src/contracts/contracts.ts' && contractNames.has(to);
    if (from.startsWith('src/providers/') && !/^src\/providers\/(providers|growing)\.ts$/.test(from)) {
      return providers.has(providerOf(to)) && providerOf(to) !== providerOf(from);
    }
    return false;
  });
  expect(wrong.map(sentence)).toEqual([]);
});

test('no provider knows an origin by being the same object: an origin is data', () => {
  const wrong = files.filter((file) => file.startsWith('src/providers/') && /\bWeak(Map|Set)\b/.test(read(file)));
  expect(wrong).toEqual([]);
});

test('only contracts know the names of backup products', () => {
  const wrong = files.filter((file) => /^src\/(?!contracts\/)/.test(file) && /sesam|bacula|bareos/i.test(code(file)));
  expect(wrong).toEqual([]);
});

test('only the command line and the hooks load the application, and only when there is work', () => {
  const wrong = imports.filter(({ to, kind }) => to === 'src/app/app.ts' && kind === 'static');
  expect(wrong.map(sentence)).toEqual([]);
  const runners = imports
    .filter(({ to, kind }) => to === 'src/app/app.ts' && kind === 'dynamic')
    .map(({ from }) => from);
  expect(runners).toContain('src/main/hook.ts');
  expect(runners.filter((from) => !['src/main/hook.ts', 'src/main/cli.ts', 'src/main/obey.ts'].includes(from))).toEqual(
    [],
  );
});

test('each npm package has one door', () => {
  const packages = imports.filter(({ to, kind }) => isPackage(to) && kind !== 'type');
  const wrong = packages.filter(({ from, to }) => doors[to]?.test(from) !== true);
  expect(wrong.map(sentence)).toEqual([]);
  for (const name of Object.keys(doors)) {
    const through = new Set(packages.filter(({ to }) => to === name).map(({ from }) => from));
    expect([...through].slice(1), `a second door of ${name}`).toEqual([]);
  }
});

test('the process that watches for hours loads neither the application nor a package, nor all of a provider', () => {
  const loaded = new Set(['src/app/watcher.ts']);
  for (const file of loaded) {
    for (const { from, to, kind } of imports) if (from === file && kind === 'static') loaded.add(to);
  }
  const wrong = [...loaded].filter((file) => isPackage(file) || /^src\/(config|guests|mounts)\//.test(file));
  expect(wrong).toEqual([]);
  const knowing = [...loaded].filter(
    (file) => /^src\/(app|core|report)\//.test(file) && /lvm|dmsetup/i.test(code(file)),
  );
  expect(knowing).toEqual(['src/core/text/lvmname.ts']);
});

test('zod is imported as a namespace, so that its locales are left out of the bundle', () => {
  const wrong = imports.filter(({ to, clause, kind }) => to === 'zod' && kind !== 'type' && !/^\* as z$/.test(clause));
  expect(wrong.map(sentence)).toEqual([]);
});

test('commands go through one door', () => {
  const wrong = imports.filter(({ from, to }) => /^(node:)?child_process$/.test(to) && !EXEC_DOOR.test(from));
  expect(wrong.map(sentence)).toEqual([]);
});

/**
 * What of the machine our own process touches: what is the kernel's own or ours, and so never hangs. All else is asked of another
 * process (src/foreign, system/prober.ts), because a hook could not end on a disk or server that answers no more.
 */
const TOUCHES: Readonly<Record<string, string>> = {
  'src/app/attendance.ts': '/var/lib/holdstill',
  'src/config/files.ts': '/etc/holdstill',
  'src/config/ignored.ts': '/etc/holdstill',
  'src/core/journal/journal.ts': '/var/lib/holdstill',
  'src/core/files/open.ts': 'what its callers may',
  'src/core/journal/file.ts': '/var/lib/holdstill',
  'src/core/journal/taken.ts': '/var/lib/holdstill',
  'src/core/files/trust.ts': 'directories of ours, and all above them',
  'src/system/directories.ts': 'directories of ours',
  'src/system/account.ts': '/etc/passwd',
  'src/quiesce/postgresql/keepsake.ts': '/var/lib/holdstill',
  'src/main/hook.ts': '/var/lib/holdstill',
  'src/app/session.ts': '/var/lib/holdstill',
  'src/main/codecache.ts': '/var/cache/holdstill',
  'src/main/compiled.ts': 'the Node.js that runs us',
  'src/main/deferred.ts': 'the executable that runs',
  'src/main/output.ts': 'descriptors that we have',
  'src/main/spelling.ts': '/proc',
  'src/system/kernel/blockdev.ts': '/dev, /sys',
  'src/system/kernel/boot.ts': '/proc',
  'src/system/nameless.ts': '/run/holdstill',
  'src/system/strangers.ts': '/var/lib/holdstill',
  'src/system/lock.ts': '/var/lib/holdstill',
  'src/system/kernel/kmsg.ts': '/dev/kmsg',
  'src/system/kernel/locks.ts': '/proc, /run/lock',
  'src/system/kernel/loops.ts': '/dev, /sys',
  'src/system/kernel/modules.ts': '/lib/modules, /proc, /sys',
  'src/system/kernel/mountinfo.ts': '/proc, /sys',
  'src/system/kernel/ownthings.ts': 'directories of ours',
  'src/system/kernel/oursnapshots.ts': '/sys',
  'src/system/packages.ts': '/etc/os-release',
  'src/system/kernel/processes.ts': '/proc',
  'src/system/programs.ts': 'directories of programs',
  'src/system/tools/systemd.ts': '/run/systemd',
  'src/system/kernel/stack.ts': '/sys',
  'src/system/kernel/uses.ts': '/proc',
  'src/system/kernel/writers.ts': '/proc',
  'src/system/kernel/written.ts': '/sys',
  'src/system/kernel/xen.ts': '/proc, /sys',
  'src/main/trace.ts': '/proc, /var/log/holdstill',
  'src/report/plainlog.ts': '/var/log/holdstill',
  'src/app/startwatcher.ts': 'the Node.js that runs us',
  'src/app/watcher.ts': '/var/lib/holdstill',
  'src/app/watchlist.ts': '/var/lib/holdstill',
};

test('our own process touches nothing that may hang', () => {
  const users = imports.filter(({ from, to }) => to === 'node:fs' && from.startsWith('src/'));
  const own = users.map(({ from }) => from).filter((from) => !from.startsWith('src/foreign/'));
  expect(own.filter((from) => !(from in TOUCHES))).toEqual([]);
  expect(Object.keys(TOUCHES).filter((file) => !own.includes(file))).toEqual([]);
  // Its threads are joined when the process ends (Node.js 20.20), so not even what is not waited for may hang.
  expect(imports.filter(({ from, to }) => to === 'node:fs/promises' && from.startsWith('src/'))).toEqual([]);
});

test('no import leads in a circle, not even of types', () => {
  const next = new Map(files.map((file) => [file, importsOf(file).map(({ to }) => to)]));
  const circles: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) circles.push([...path.slice(at), file].join(' -> '));
    if (at >= 0 || done.has(file)) return;
    for (const to of next.get(file) ?? []) walk(to, [...path, file]);
    done.add(file);
  };
  for (const file of files.filter((one) => one.startsWith('src/'))) walk(file, []);
  expect(circles).toEqual([]);
});

test('no file is longer than 300 lines', () => {
  const long = files.filter((file) => read(file).split('\n').length - 1 > 300);
  expect(long).toEqual([]);
});

test('nothing is exported as default', () => {
  const wrong = files.filter((file) => /^export\s+(default\b|\{[^}]*\bas default\b)/m.test(code(file)));
  expect(wrong).toEqual(['test/vitest.config.ts']);
});

function isPackage(to: string): boolean {
  return !to.startsWith('node:') && !/^(src|hooks|test)\//.test(to);
}

/** The literal list beside the files it lists, e.g. contracts/contracts.ts. */
function modulesOf(folder: string): Set<string> {
  const list = `src/${folder}/${folder}.ts`;
  return new Set(
    files.includes(list)
      ? importsOf(list)
          .map(({ to }) => to)
          .filter((to) => dirname(to) === dirname(list))
      : [],
  );
}

/** `lvm` for src/providers/lvm.ts and for what it keeps in src/providers/lvm/. */
function providerOf(file: string): string | undefined {
  return /^src\/providers\/([^/.]+)/.exec(file)?.[1];
}

function sentence({ from, to, kind }: Import): string {
  return `${from} -> ${to} (${kind})`;
}
