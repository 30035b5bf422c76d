import type { Guest } from '../core/model/guest.ts';

/** Guests that a line names; of more it says how many. */
const NAMED = 3;

/** `kvmserv, running, 3 disks` */
export function guestText({ name, state, disks }: Guest): string {
  return `${name}, ${state}, ${disks.length} ${disks.length === 1 ? 'disk' : 'disks'}`;
}

/** All guests of a task in one line: `web-1, running, 1 disk; web-2, off, 2 disks; and 7 more`. */
export function guestsText(guests: readonly Guest[]): string {
  const named = guests.length > NAMED + 1 ? guests.slice(0, NAMED) : guests;
  const more = guests.length - named.length;
  return [...named.map(guestText), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}
