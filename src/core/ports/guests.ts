import type { Trust } from '../model/volume.ts';
import type { Content, DeviceMap, Extent, DeviceToInspect, Inspection } from '../model/volume.ts';

/** Looks into volumes; changes nothing. The only place that knows partition tables, LVM, RAIDs and encryption of guests. */
export interface Inspector {
  /** Looks at devices, images and directories, but not again at what was seen before in these places. Throws `volume.unreadable`. */
  inspect(places: readonly DeviceToInspect[], before?: Inspection): Promise<Inspection>;
  /** Why a content can't be mounted here beside these others; undefined if it can be. `harmless`: nothing worth saving is in it. */
  refusal(
    content: Content,
    trust: Trust,
    others: readonly Content[],
  ): { readonly reason: string; readonly harmless: boolean } | undefined;
  /** What the host would take for its own if loop devices showed these stretches; undefined: nothing. */
  mistakableIn(extents: readonly Extent[]): Promise<readonly (string | undefined)[]>;
}

/** Opens what is encrypted. */
export interface Unlocker {
  /** Throws `config.insecure` for a key file that others could read or change, `config.missing` for one that is not there. */
  checkKey(file: string): Promise<void>;
  /** The map, over the device as its only volume, that shows what is encrypted in it, with the first of the key files that opens it; or why there is none. */
  unlock(key: string, device: string, keys: readonly string[]): Promise<DeviceMap | string>;
}
