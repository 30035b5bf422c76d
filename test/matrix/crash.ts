import { type Guest, type Storage, tryInGuests } from './guests.ts';
import type { Row, Scale } from './row.ts';

/**
 * kill -9 of `pre` and `post` at every moment, that is before and after every command and every change of the journal
 * and of the mount directories, in the middle of every command and of every line of the journal. Afterwards `post`, or
 * `recover`, or the next `pre` must bring the machine back, with the right verdict; see crash.bash.
 */
export function crash(scale: Scale, say: (line: string) => void): Promise<readonly Row[]> {
  const guest = (storage: Storage, parts: readonly string[]): Guest => ({
    what: `kill -9 at every moment, ${storage}`,
    storage,
    script: 'crash.bash',
    parts,
  });
  const storages = ['thick', 'thin'] as const;
  const others = ['nested', 'images', 'subvolume', 'resting'] as const;
  // The samples of the two storages complete each other: every second moment of `each` is hit in one of them.
  if (scale === 'sample') {
    return tryInGuests(
      [
        ...storages.map((storage, half) =>
          guest(storage, [`each:4:${half * 2}`, `whole:16:${half + 4}`, `parts:16:${half}`]),
        ),
        ...others.map((storage) => guest(storage, [`${storage}:16:3`])),
      ],
      scale,
      say,
    );
  }
  const thirds = (task: string): readonly string[] => [0, 1, 2].map((slice) => `${task}:3:${slice}`);
  return tryInGuests(
    [
      ...storages.flatMap((storage) =>
        [...thirds('each'), 'parts:2:0', 'parts:2:1', 'whole:1:0'].map((part) => guest(storage, [part])),
      ),
      ...others.flatMap((storage) => thirds(storage).map((part) => guest(storage, [part]))),
    ],
    scale,
    say,
  );
}
