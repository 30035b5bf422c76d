import { HYPERVISORS, type GuestQuery } from '../../core/model/guest.ts';
import type { SourceOf } from '../../core/model/task.ts';
import { either, list, map, oneOf, text, whole } from '../forms.ts';
import { GUEST_EXPECTED, guestProblem } from '../names.ts';
import type { SourceEntry } from './entry.ts';

declare module '../../core/model/task.ts' {
  interface SourceKinds {
    readonly vm: { readonly guests: GuestQuery };
  }
}

type Written =
  | string
  | (Pick<GuestQuery, 'name' | 'disks' | 'exclude'> & Partial<Pick<GuestQuery, 'hypervisor' | 'uri'>>);

const EXPECTED = 'must be the name of a guest, or a map, for example {name: kvmserv, disks: [vda]}';
const TARGETS = 'must be a list of disks, for example [vda]';
const TARGET = 'must be the target of a disk, for example vda';
const targetProblem = (target: string): string | undefined => (target === '' ? TARGET : undefined);

/** A virtual machine: all its disks. */
export const vm: SourceEntry<SourceOf<'vm'>, Written> = {
  key: 'vm',
  form: either(
    EXPECTED,
    text(GUEST_EXPECTED, guestProblem),
    whole(
      map(
        {
          name: text(GUEST_EXPECTED, guestProblem)
            .describe('The name of the guest, as `virsh list --all` or `xl list` shows it.')
            .meta({ examples: ['kvmserv'] }),
          hypervisor: oneOf(HYPERVISORS)
            .optional()
            .describe('Who knows the guest; needed only where both know a guest of this name.'),
          uri: text('must be a libvirt URI, for example qemu:///system', uriProblem)
            .optional()
            .describe('The connection to libvirt, as `virsh -c` takes it; only one to this host.')
            .meta({ examples: ['qemu:///system'] }),
          disks: list(text(TARGET, targetProblem), TARGETS)
            .default([])
            .describe('The disks to save, by their targets; without it all.')
            .meta({ examples: [['vda']] }),
          exclude: list(text(TARGET, targetProblem), TARGETS)
            .default([])
            .describe('Disks to leave out, by their targets.')
            .meta({ examples: [['vdb']] }),
        },
        EXPECTED,
      ),
      ({ hypervisor, uri }) =>
        hypervisor === 'xen' && uri !== undefined ? [{ at: ['uri'], what: 'has no effect for xen' }] : [],
    ),
  ).describe(
    'Snapshots all disks of a virtual machine of libvirt or Xen, whether it runs or not; each is found on the storage that holds ' +
      'it, and shown in a directory of its target. CD-ROMs, floppies and empty drives are passed over.',
  ),
  without: [],
  excludes: ['parts'],
  trust: 'guest',
  from(value) {
    const { name, hypervisor, uri, disks, exclude } = typeof value === 'string' ? { ...ALL, name: value } : value;
    const named = {
      name,
      each: false,
      exclude: [],
      hypervisor: hypervisor ?? (uri === undefined ? undefined : 'libvirt'),
    };
    return { kind: 'vm', guests: { ...named, uri, disks, excludeDisks: exclude } };
  },
  describe({ guests: { name, hypervisor, uri, disks, excludeDisks } }) {
    const own = {
      ...(hypervisor === undefined ? {} : { hypervisor }),
      ...(uri === undefined ? {} : { uri }),
      disks: disks.join(', ') || '(all)',
      ...(excludeDisks.length > 0 ? { 'disks left out': excludeDisks.join(', ') } : {}),
    };
    return { text: `vm ${name}`, own };
  },
  saved: ({ guests: { name } }) => ({ namespace: 'vm', name }),
};

const ALL = { hypervisor: undefined, uri: undefined, disks: [], exclude: [] };

function uriProblem(uri: string): string | undefined {
  if (/[^\x21-\x7e]/.test(uri) || uri === '') return 'must be a libvirt URI, for example qemu:///system';
  // libvirt: docs/uri.html. A guest of another host has its disks there.
  return /^[a-z]+(\+unix)?:\/\/\//.test(uri) ? undefined : 'names another host; only guests of this host can be saved';
}
