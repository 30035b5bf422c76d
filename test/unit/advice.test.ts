import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const SOURCES = path.resolve(import.meta.dirname, '../../src');

/** Words that destroy, stop or give away something when they are typed; `system/` types them, and advises nobody to. */
const DESTROYS =
  /\b(?:rm|rmdir|umount|lvremove|vgremove|pvremove|vgreduce|lvconvert|dmsetup (?:remove|message)|losetup -d|subvolume delete|wipefs|mkfs\S*|kill|chown|chmod|fuser -k|unlink|delete|empty it|remove (?:it|the|that|by))\b/;

/** Every such advice there is, and why it can hit nothing of others. A new one has to be thought about before it stands here. */
const ALLOWED: readonly (readonly [file: string, text: string, why: string])[] = [
  ['core/run/plan.ts', 'rmdir ', 'the undo of what it stands beside; removes only what is empty'],
  ['core/run/plan.ts', 'rm ', 'the undo of what it stands beside'],
  ['core/journal/replay.ts', 'rm ', 'our journal, from which all is undone'],
  ['core/files/trust.ts', 'chown ', 'a file or directory that must be root’s for holdstill to use it at all'],
  ['core/files/trust.ts', 'chmod go-w ', 'the same'],
  ['mounts/loops.ts', 'losetup -d ', 'a step of ours; what can not be proved is never described so'],
  ['mounts/maps.ts', 'dmsetup remove ', 'the same'],
  ['mounts/images.ts', 'kill ', 'the same'],
  ['mounts/images.ts', 'rm ', 'the same'],
  ['mounts/markers.ts', 'rm ', 'the same'],
  ['mounts/mounts.ts', 'umount ', 'the same'],
  ['mounts/mountpoints.ts', 'rmdir ', 'the same; removes only what is empty'],
  ['mounts/commands.ts', 'losetup -d ', 'the undo of what it stands beside'],
  ['mounts/commands.ts', 'dmsetup remove ', 'the same'],
  ['providers/file.ts', 'rm ', 'a snapshot that is marked as ours'],
  ['providers/btrfs/remove.ts', 'btrfs subvolume delete ', 'the same'],
  ['providers/btrfs.ts', ' && rmdir ', 'the directory of such a one, if it is empty then'],
  ['providers/btrfs.ts', 'rmdir ', 'a plan; removes only what is empty'],
  ['providers/btrfs.ts', 'btrfs-progs before 5.6 will delete it by its path', 'says what holdstill does'],
  ['providers/btrfs/place.ts', 'rmdir ', 'a directory of ours; removes only what is empty'],
  ['providers/lvm.ts', 'lvremove ', 'the same'],
  ['providers/lvm/health.ts', 'lvconvert --repair ', 'what lvmthin(7) says of a pool without room for its metadata'],
  ['providers/lvm/remove.ts', '(lvconvert --merge)', 'says what somebody else does'],
  ['providers/lvm.ts', 'dmsetup message ', 'a device that only a pool knows, with how to see that no LV is it'],
];

interface Advice {
  readonly file: string;
  readonly text: string;
}

/** The lines of all sources but comments. */
function sources(): readonly { readonly file: string; readonly code: readonly string[] }[] {
  const files = fs.readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return files.map((file) => {
    const text = fs.readFileSync(path.join(SOURCES, file), 'utf8');
    return { file, code: text.split('\n').filter((line) => !/^\s*(?:\*|\/\*|\/\/|import )/.test(line)) };
  });
}

function advices(): readonly Advice[] {
  return sources()
    .filter(({ file }) => !file.startsWith('system/'))
    .flatMap(({ file, code }) => {
      const literals = code.flatMap((line) =>
        Array.from(line.matchAll(/(['"`])((?:\\.|(?!\1).)+)\1/g), ([, , it]) => it ?? ''),
      );
      return literals.filter((literal) => /\s/.test(literal) && DESTROYS.test(literal)).map((text) => ({ file, text }));
    });
}

describe('no message says to destroy what may not be ours', () => {
  const found = advices();
  const isAllowed = ({ file, text }: Advice): boolean =>
    ALLOWED.some(([where, words]) => where === file && text.includes(words));

  test('every text with such a word is one that was thought about', () => {
    expect(found.filter((advice) => !isAllowed(advice))).toEqual([]);
  });

  test('the list of those holds no other', () => {
    const unused = ALLOWED.filter(
      ([file, words]) => !found.some((one) => one.file === file && one.text.includes(words)),
    );
    expect(unused).toEqual([]);
  });
});

test('no text holds the name of a system error (ENOENT), or what Node.js makes of it: core/text/why.ts has the words', () => {
  const raw = /`[^`]*\$\{[^}]*(?:errorCode\(|\bcode\b\}|\bas Error\)\.message|ErrnoException)/;
  expect(
    sources().flatMap(({ file, code }) => code.filter((line) => raw.test(line)).map((line) => [file, line])),
  ).toEqual([]);
});
