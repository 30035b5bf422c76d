import { type Guest, tryInGuests } from './guests.ts';
import type { Row, Scale } from './row.ts';

/**
 * Cuts the power after every single write that reaches the disk while LVM takes and removes snapshots, and then lets
 * `recover --boot`, or the next job, make the machine as it was; see writes.bash.
 */
export function writes(scale: Scale, say: (line: string) => void): Promise<readonly Row[]> {
  const guest = (storage: 'thick' | 'thin', part: string): Guest => ({
    what: `a power cut after every write of LVM, ${storage}`,
    storage,
    world: '',
    script: 'writes.bash',
    parts: [part],
  });
  const guests =
    scale === 'all'
      ? [guest('thick', 't:1:0'), guest('thin', 't:2:0'), guest('thin', 't:2:1')]
      : [guest('thick', 't:5:1'), guest('thin', 't:1:0')];
  return tryInGuests(guests, scale, say);
}
