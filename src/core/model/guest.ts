import type { BaseLayer } from './image.ts';

/** The hypervisors whose guests are known by name. */
export const HYPERVISORS = ['libvirt', 'xen'] as const;
export type Hypervisor = (typeof HYPERVISORS)[number];

/** Which virtual machines a source names, and which of their disks. */
export interface GuestQuery {
  /** The name of one guest; with `each` a shell-like pattern (`*`, `?`, `[...]`) for the names of several. */
  readonly name: string;
  readonly each: boolean;
  /** Patterns; a guest whose name matches one is left out. */
  readonly exclude: readonly string[];
  /** Undefined: whichever knows the guest. */
  readonly hypervisor: Hypervisor | undefined;
  /** The connection, as the hypervisor's own tool takes it: `qemu:///system`. Undefined: the tool's own choice. */
  readonly uri: string | undefined;
  /** Targets of the disks to save, and of those to leave out; no `disks`: all. */
  readonly disks: readonly string[];
  readonly excludeDisks: readonly string[];
}

/** A guest in the list of its hypervisor. */
export interface ListedGuest {
  readonly name: string;
  /** Lower case, with dashes. */
  readonly uuid: string;
}

/** A virtual machine, as its hypervisor describes it. */
export interface Guest extends ListedGuest {
  readonly hypervisor: Hypervisor;
  /** The connection by which it was found; undefined: the tool's own choice. */
  readonly uri?: string | undefined;
  /**
   * `saved`: off, with its memory in a file. `not shut down`: off, and known to have ended in another way, whoever ended it. `off`: shut down, or nobody
   * knows.
   */
  readonly state: 'running' | 'paused' | 'off' | 'not shut down' | 'saved';
  /** Without CD-ROMs, floppies and empty drives. */
  readonly disks: readonly GuestDisk[];
}

/** A disk of a guest. */
export interface GuestDisk {
  /** How the guest's definition calls it, once in each guest: `vda`. */
  readonly target: string;
  /** The block device or file of this host that holds its bytes; undefined: nothing of this host does. */
  readonly path: string | undefined;
  /** Why no storage of this host can hold it as it is: `is a network disk (rbd pool/image)`. Undefined: one may. */
  readonly refused: string | undefined;
  /** There for an image in layers (qcow2): what lies below it, as the definition says. */
  readonly below?: readonly BaseLayer[];
}

declare module './task.ts' {
  interface SourceKinds {
    /**
     * Disks of guests, each the block device or file that it is. A provider answers for those that it holds: their origins have
     * the path in `asked`, and what is left out has it for its label.
     */
    readonly disks: { readonly paths: readonly string[] };
  }
}
