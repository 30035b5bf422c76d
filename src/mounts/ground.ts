import type { NotedStep, Outcome, Step } from '../core/model/step.ts';
import type { Prober } from '../system/command.ts';
import { type MountEntry, readMounts, visibleAt } from '../system/kernel/mountinfo.ts';

/** Where a group of steps makes or removes directories and files. The mounts of the host are looked at once for all of them. */
export interface MountGround {
  readonly mounts: readonly MountEntry[];
  readonly ask: Prober['ask'];
  /**
   * Distinguishes a directory from a later one of the same name; numbers alone are used again at once. As journals of all versions
   * have it. Undefined: there is nothing.
   */
  identityOf(directory: string): Promise<string | undefined>;
  /** Recognises the directory in which all mount points of a task are made; '': its file system does not outlive a start. */
  homeIdentity(step: Step): Promise<string>;
  /**
   * What is not there is only gone if the directory above is there that it was made in: its file system may not be mounted
   * now, as at the beginning of a start. After a crash nothing was noted; then it is gone.
   */
  absence(step: Pick<NotedStep, 'step' | 'facts'>): Promise<Outcome>;
}

/** Carries out steps that change no mounts, one after the other and at once. */
export async function onGround<T>(
  steps: readonly NotedStep[],
  prober: Prober,
  action: (step: NotedStep, ground: MountGround) => Promise<T>,
): Promise<readonly T[]> {
  const ground = createGround(prober);
  const results: T[] = [];
  for (const step of steps) results.push(await action(step, ground));
  return results;
}

function createGround(prober: Prober): MountGround {
  const mounts = readMounts();
  const homes = new Map<string, Promise<string>>();
  const ask: Prober['ask'] = (name, about, mostMs) => prober.ask(name, about, mostMs, mounts);

  const identityOf = async (directory: string): Promise<string | undefined> => {
    const inode = await ask('lookUp', { file: directory });
    return inode && `${TYPES[inode.kind]}.${inode.inode}.${inode.born}`;
  };
  const lookAtHome = async (home: string): Promise<string> => {
    const type = visibleAt(home, mounts)?.type;
    return type === 'tmpfs' || type === 'ramfs' ? '' : ((await identityOf(home)) ?? '');
  };
  const homeIdentity = ({ home = '' }: Step): Promise<string> => {
    const identity = homes.get(home) ?? lookAtHome(home);
    homes.set(home, identity);
    return identity;
  };

  return {
    mounts,
    ask,
    identityOf,
    homeIdentity,

    async absence({ step, facts }) {
      const noted = facts?.['within'] ?? '';
      if (noted === '' || noted === (await homeIdentity(step))) return { kind: 'undone' };
      return {
        kind: 'left',
        reason: `${step['home']} is not the directory that it was made in; is a file system not mounted?`,
        absent: true,
      };
    },
  };
}

/** The type in the mode of stat(2): inode(7). */
const TYPES = { directory: 0o040000, file: 0o100000, link: 0o120000, device: 0o060000, other: 0 } as const;
