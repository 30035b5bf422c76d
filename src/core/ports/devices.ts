import type { RunNames } from '../model/snapshot.ts';
import type { Facts, NotedStep, Step } from '../model/step.ts';
import type { DeviceMap, Extent } from '../model/volume.ts';

/** A command for people, and the one that undoes it. */
export interface CommandPair {
  readonly command: string;
  readonly undo: string;
}

/** Devices that device-mapper makes of pieces of volumes. */
export interface Maps {
  /** Steps for maps over volumes of these UUIDs; the maps that one needs are before it. `first`: how many the run has already. */
  steps(maps: readonly DeviceMap[], volumes: readonly string[], names: RunNames, first: number): readonly Step[];
  /** Makes the devices of noted map steps over these volumes; the facts hold `device`. */
  make(steps: readonly NotedStep[], maps: readonly DeviceMap[], devices: readonly string[]): Promise<readonly Facts[]>;
  /** The commands that make and remove such devices, for people. */
  commands(maps: readonly DeviceMap[]): readonly CommandPair[];
}

/** Loop devices over stretches of volumes and images. */
export interface Loops {
  step(extent: Extent, snapshotUuid: string): Step;
  /** Makes loop devices for noted loop steps; the facts hold `device`. */
  make(steps: readonly NotedStep[]): Promise<readonly Facts[]>;
  /** The commands that make and remove a loop device, for people. */
  commands(extent: Extent): CommandPair;
}
