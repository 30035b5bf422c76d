import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeLab } from './describe.ts';
import { labLayer } from './layer.ts';

const root = join(import.meta.dirname, '../..');
const scripts = ['hooks', 'test']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  // The prologue is no script before the build has filled it in.
  .filter((file) => /\.(ba)?sh$/.test(file) && file !== 'hooks/build/prologue.sh')
  .toSorted();

/** What shellcheck says of files, or of a text; nothing if it is content. The words of its findings are explained at shellcheck.net. */
async function findings(words: readonly string[], input = ''): Promise<string> {
  const { directory, shellcheck } = await labLayer();
  const { stdout, stderr, status } = spawnSync(shellcheck, ['--format=gcc', ...words], {
    cwd: root,
    encoding: 'utf8',
    env: { LANG: 'C.UTF-8', LD_LIBRARY_PATH: `${directory}/usr/lib/x86_64-linux-gnu` },
    input,
  });
  expect([0, 1], `shellcheck: ${stderr}`).toContain(status);
  return stdout + stderr;
}

describeLab('shellcheck finds nothing', () => {
  test('in the scripts of the repository', async () => {
    expect(scripts).toContain('test/lab/guest/prelude.bash');
    expect(await findings(['.ci/run', ...scripts])).toBe('');
  });

  test('in what stands before the JavaScript of an executable', async () => {
    const executable = readFileSync(join(root, 'dist/generic/pre'), 'utf8');
    const prologue = executable.slice(0, executable.indexOf('\n*/\n') + 1);
    expect(prologue).toContain('exec ');
    // Words that are split on purpose, `a && b || c`, and empty values.
    const meant = '--exclude=SC2086,SC2015,SC1007';
    expect(await findings(['--shell=sh', meant, '-'], prologue)).toBe('');
  });
});
