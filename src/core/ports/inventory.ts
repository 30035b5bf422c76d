import type { Guest, Hypervisor, ListedGuest } from '../model/guest.ts';

/** Knows the guests of one hypervisor of this host. Only reads. */
export interface Inventory {
  readonly kind: Hypervisor;
  /**
   * All guests, whatever their state; undefined: this hypervisor is not on this host. Throws `guest.unreachable` where it is, and
   * does not answer. `only`: the one name that is asked for; where a guest has it, others may be left out.
   */
  list(uri: string | undefined, only?: string): Promise<readonly ListedGuest[] | undefined>;
  /** These guests with their disks, in the same order. Throws `guest.unreachable`, or `guest.unknown` where one is gone now. */
  describe(guests: readonly ListedGuest[], uri: string | undefined): Promise<readonly Guest[]>;
}
