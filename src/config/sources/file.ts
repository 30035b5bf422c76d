import { matchesGlob } from '../../core/text/glob.ts';
import { onOff, text } from '../forms.ts';
import { FILE_EXPECTED, fileProblem } from '../names.ts';
import type { SourceOf } from '../../core/model/task.ts';
import type { SourceEntry } from './entry.ts';

declare module '../../core/model/task.ts' {
  interface SourceKinds {
    readonly file: {
      /** An absolute path with shell-like patterns (`*`, `?`, `[...]`) in any of its parts. */
      readonly glob: string;
      /** Whether an image that can't be snapshotted is copied. */
      readonly copy: boolean;
    };
  }
}

/** Images that are not raw, by how they are called: qemu-img(1), VirtualBox. A `-flat.vmdk` is raw, a `.vhd` may be. */
const NOT_RAW = /(?<!-flat)\.(qcow2?|qed|vmdk|vdi|vhdx)$/i;

/** Image files. */
export const file: SourceEntry<SourceOf<'file'>, string> = {
  key: 'file',
  form: text(FILE_EXPECTED, fileProblem)
    .describe(
      'Raw disk images, by a path that may hold patterns; a snapshot shares the blocks of the image, which needs xfs, ' +
        'btrfs or ocfs2. With a pattern each image gets a directory of its own.',
    )
    .meta({ examples: ['/var/lib/libvirt/images/vm1.img', '/OVS/Repositories/*/VirtualDisks/*.img'] }),
  own: {
    copy: onOff()
      .default(false)
      .describe(
        'For `file`: copies images where they cannot share blocks. Slow, needs the space of the image, and fails if the ' +
          'image is written to meanwhile.',
      ),
  },
  without: ['size', 'autoextend'],
  excludes: ['parts'],
  trust: 'guest',
  from: (glob, { copy }) => ({ kind: 'file', glob, copy: copy === true }),
  describe: ({ glob, copy }) => ({ text: `file ${glob}`, own: { copy: String(copy) } }),
  saved: ({ glob }) => ({ namespace: 'file', name: glob, covers: (name) => matchesPath(name, glob) }),
  doubt({ glob }) {
    const format = NOT_RAW.exec(glob)?.[1]?.toLowerCase();
    return format === undefined
      ? undefined
      : `looks like images in the format ${format}; only raw ones can be looked into`;
  },
};

/** No pattern matches a `/`. */
function matchesPath(path: string, glob: string): boolean {
  const [names, globs] = [path.split('/'), glob.split('/')];
  return globs.length === names.length && globs.every((one, index) => matchesGlob(names[index] ?? '', one));
}
