import type { Inventory } from '../core/ports/inventory.ts';
import type { Exec } from '../system/command.ts';
import { createLibvirt } from './libvirt.ts';
import { createXen } from './xen.ts';

/** All hypervisors whose guests are known by name, in the order in which they are asked. */
export function createInventories(exec: Exec): readonly Inventory[] {
  return [createLibvirt(exec), createXen(exec)];
}
