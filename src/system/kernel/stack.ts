import fs from 'node:fs';
import { dmName, dmUuid, partitionOf } from './blockdev.ts';
import type { LoopDevice } from './loops.ts';
import { list } from './processes.ts';

/** What a block device is that stands on another one. */
export interface Layer {
  /** `luks`: of any version; `plain`: encrypted without a header. */
  readonly kind: 'luks' | 'plain' | 'partition' | 'loop' | 'multipath' | 'other';
  /** As people know it: `the LUKS device c1`, `partition 2`. */
  readonly name: string;
  /** Of a disk; undefined: it is none, or only its place is known. */
  readonly partition: number | undefined;
}

/** A device with what stands between it and the one that it was looked for from, top first. */
export interface Below {
  readonly number: string;
  readonly layers: readonly Layer[];
}

/** More than that no one stacks. */
const DEEPEST = 16;

/**
 * The devices below one (`major:minor`), itself first: through encryption, partitions, loop devices and multipath, as long as each stands
 * on one other. From sysfs: Documentation/ABI/testing/sysfs-block of Linux 6.1, and the prefixes of device-mapper UUIDs (cryptsetup 2.6.1,
 * kpartx and multipathd 0.9.4).
 */
export function devicesBelow(number: string, loops: readonly LoopDevice[]): readonly Below[] {
  const found: Below[] = [{ number, layers: [] }];
  for (let at = found[0]; at && found.length < DEEPEST;) {
    const next = nextBelow(at.number, loops);
    at = next && { number: next.number, layers: [...at.layers, next.layer] };
    if (at) found.push(at);
  }
  return found;
}

function nextBelow(
  number: string,
  loops: readonly LoopDevice[],
): { readonly number: string; readonly layer: Layer } | undefined {
  const part = partitionOf(number);
  if (part) {
    const layer = { kind: 'partition', name: `partition ${part.partition}`, partition: part.partition } as const;
    return { number: part.disk, layer };
  }
  const loop = loops.find((one) => one.number === number);
  if (loop) {
    const layer = { kind: 'loop', name: `the loop device ${loop.device}`, partition: undefined } as const;
    return loop.below === undefined ? undefined : { number: loop.below, layer };
  }
  const slaves = list(`/sys/dev/block/${number}/slaves`);
  const [slave] = slaves;
  if (slave === undefined || slaves.length > 1) return undefined;
  return { number: fs.readFileSync(`/sys/block/${slave}/dev`, 'utf8').trim(), layer: mapped(number) };
}

function mapped(number: string): Layer {
  const name = dmName(number) ?? number;
  const uuid = dmUuid(number) ?? '';
  const partition = /^part(\d+)-/.exec(uuid)?.[1];
  if (partition !== undefined)
    return { kind: 'partition', name: `partition ${partition}`, partition: Number(partition) };
  if (uuid.startsWith('CRYPT-LUKS')) return { kind: 'luks', name: `the LUKS device ${name}`, partition: undefined };
  if (uuid.startsWith('CRYPT-')) return { kind: 'plain', name: `the encrypted device ${name}`, partition: undefined };
  if (uuid.startsWith('mpath-'))
    return { kind: 'multipath', name: `the multipath device ${name}`, partition: undefined };
  return { kind: 'other', name: `the device ${name}`, partition: undefined };
}
