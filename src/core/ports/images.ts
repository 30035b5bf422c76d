import type { LayeredImage } from '../model/image.ts';
import type { OriginImage, RunNames } from '../model/snapshot.ts';
import type { Facts, NotedStep, Step } from '../model/step.ts';
import type { CommandPair } from './devices.ts';

/** The snapshot of an image. */
export interface SnapshotOfImage {
  readonly device: string;
  readonly uuid: string;
  /** How people know its origin. */
  readonly label: string;
}

/** Shows what is in images that are not raw, as files with the bytes of the disks. */
export interface Images {
  /** The steps that show the snapshot of an image; `number`: of how many the run shows before it. The last one is of the kind `image`. */
  steps(snapshot: SnapshotOfImage, names: RunNames, number: number): readonly Step[];
  /** Carries out noted steps of one image; of the last one the facts hold `device`, the file, and its `uuid`. Throws `snapshot.failed`. */
  show(steps: readonly NotedStep[], image: OriginImage): Promise<readonly Facts[]>;
  /** Why what the last steps show may not be what was in the snapshots; undefined where it is. */
  disturbed(steps: readonly NotedStep[]): Promise<readonly (string | undefined)[]>;
  /** The commands that show the snapshot of an image and end that, for people. */
  commands(device: string, image: LayeredImage, names: RunNames, number: number): CommandPair;
}
