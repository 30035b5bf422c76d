import { type Guest, type Storage, tryInGuests } from './guests.ts';
import type { Row, Scale } from './row.ts';

/**
 * Each command of `pre` and `post` failing once: with a status, killed, killed after it did its work, hanging (and
 * hanging whatever is sent to it, and doing its work later), printing garbage, printing half of what it should; and each
 * change of the journal on a disk that is full, read-only or broken. See faults.bash.
 */
export function faults(scale: Scale, say: (line: string) => void): Promise<readonly Row[]> {
  const guest = (storage: Storage, part: string): Guest => ({
    what: `a command or the journal's disk fails, ${storage}`,
    storage,
    script: 'faults.bash',
    parts: [part],
  });
  const guests =
    scale === 'all'
      ? [
          ...[0, 1, 2].map((slice) => guest('thick', `each:3:${slice}`)),
          ...[0, 1].map((slice) => guest('thin', `whole:2:${slice}`)),
          ...[0, 1].map((slice) => guest('nested', `nested:2:${slice}`)),
          ...[0, 1].map((slice) => guest('images', `images:2:${slice}`)),
          guest('subvolume', 'subvolume:1:0'),
          ...[0, 1].map((slice) => guest('resting', `resting:2:${slice}`)),
        ]
      : [guest('thick', 'each:3:0'), guest('thin', 'each:3:1')];
  return tryInGuests(guests, scale, say);
}
