import type { Inventory } from '../core/ports/inventory.ts';

/** All hypervisors whose guests are known by name, in the order in which they are asked. */
export function createInventories(): readonly Inventory[] {
  return [];
}
