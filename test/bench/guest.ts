import { readFileSync } from 'node:fs';
import { inLab } from '../lab/run.ts';
import { Children } from './children.ts';
import { type Sample, parseSamples } from './sample.ts';

const guests = Array.from({ length: 10 }, (_, index) => `vm${String(index)}`);
const world = ['vg xen 7G', ...guests.map((name) => `  lv ${name} 64M mbr\n    p1 32256B+60M ext4`)].join('\n');

export interface GuestResult {
  readonly samples: readonly Sample[];
  readonly children: Children;
}

/** Opens and closes tasks in the lab's guest, `rounds` times. */
export async function inGuest(rounds: number): Promise<GuestResult> {
  const script = readFileSync(new URL('guest.bash', import.meta.url), 'utf8');
  const run = await inLab(`ROUNDS=${String(rounds)}\n${script}`, {
    name: 'bench',
    world,
    memory: '2G',
    timeoutMs: 900_000,
  });
  if (run.status !== 0) throw new Error(`the guest ended with status ${String(run.status)}: ${run.stderr}`);
  return { samples: parseSamples(run.files('samples')), children: new Children(run.files('log')) };
}
