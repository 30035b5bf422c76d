import { SECTOR } from '../core/text/bytes.ts';
import type { DeviceMap } from '../core/model/volume.ts';
import { bytesOf } from '../system/kernel/blockdev.ts';
import type { Exec } from '../system/command.ts';
import { readerOf, type ReadBytes } from '../system/read.ts';
import { volumeKey } from '../system/tools/cryptsetup.ts';

const MAGIC = 'LUKS\u{ba}\u{be}';
const JSON_AT = 4096;
const LONGEST = 4 * 1024 * 1024;

/** How what is encrypted lies in its device; in sectors of 512 bytes. */
interface Segment {
  readonly cipher: string;
  readonly first: number;
  /** Undefined: to the end. */
  readonly sectors: number | undefined;
  readonly tweak: string;
  readonly sectorBytes: number;
}

/**
 * The map, over `device`, that decrypts its LUKS container with the first of the key files that opens it; or why there is
 * none. The device is made by us and not by cryptsetup, which would show it to udev, and by that what is in it to
 * the host's LVM. The key files were looked at before.
 */
export async function unlock(
  key: string,
  device: string,
  keys: readonly string[],
  exec: Exec,
): Promise<DeviceMap | string> {
  const segment = await readSegment(device, readerOf(exec));
  if (typeof segment === 'string') return segment;
  const bytes = await bytesOf(device, exec);
  const { cipher, first, tweak, sectorBytes, sectors = bytes / SECTOR - first } = segment;
  const grain = sectorBytes / SECTOR;
  // Its own header says how long it is.
  if (!(sectors > 0 && (first + sectors) * SECTOR <= bytes)) {
    return 'is encrypted (LUKS), and is larger than its disk';
  }
  for (const file of keys) {
    const secret = await exec.run(volumeKey(device, file));
    if (secret === undefined) continue;
    const at = { volume: 0, sector: first };
    const options = sectorBytes === SECTOR ? [] : ['1', `sector_size:${sectorBytes}`];
    const words = [cipher, { secret }, tweak, at, ...options];
    const line = { start: 0, sectors: sectors - (sectors % grain), target: 'crypt', words };
    return { key: `${key}/decrypted`, lines: [line] };
  }
  return 'is encrypted (LUKS), and no key of the task opens it';
}

/** From the header; the formats are those of cryptsetup's docs, LUKS1 1.2.3 and LUKS2 1.1. A text says why that is not known. */
export async function readSegment(device: string, read: ReadBytes): Promise<Segment | string> {
  const header = await read(device, 0, JSON_AT);
  if (header.toString('latin1', 0, 6) !== MAGIC) return 'is encrypted (LUKS), and its header is damaged';
  const version = header.readUInt16BE(6);
  if (version === 1) return firstVersion(header);
  const length = Number(header.readBigUInt64BE(8)) - JSON_AT;
  if (version !== 2 || !(length > 0 && length <= LONGEST)) return 'is encrypted (LUKS), in an unknown version';
  const text = await read(device, JSON_AT, length);
  return secondVersion(text.toString('utf8').replace(/\0.*$/s, ''));
}

/** What dmsetup takes for one word of a table: nothing that ends a field or a line of it. */
const CIPHER = /^[\w:()-]{1,100}$/;

function firstVersion(header: Buffer): Segment | string {
  const text = (at: number): string => header.toString('latin1', at, at + 32).replace(/\0.*$/s, '');
  const cipher = `${text(8)}-${text(40)}`;
  if (!CIPHER.test(cipher)) return 'is encrypted (LUKS1) with a cipher that holdstill does not support';
  return {
    cipher,
    first: header.readUInt32BE(104),
    sectors: undefined,
    tweak: '0',
    sectorBytes: SECTOR,
  };
}

function secondVersion(text: string): Segment | string {
  const unfit = 'is encrypted (LUKS2) in a way that holdstill does not support';
  let segments: readonly unknown[];
  try {
    segments = Object.values((JSON.parse(text) as { segments?: object }).segments ?? {});
  } catch {
    return 'is encrypted (LUKS2), and its header is damaged';
  }
  const [segment, ...more] = segments;
  // More than one: it is being encrypted anew just now.
  if (more.length > 0 || typeof segment !== 'object' || segment === null) return `${unfit}: several segments`;
  const fields = segment as Readonly<Record<string, unknown>>;
  if (fields['type'] !== 'crypt' || 'integrity' in fields) return `${unfit}: with integrity`;
  const whole = (name: string): number => (/^\d{1,16}$/.test(String(fields[name])) ? Number(fields[name]) : Number.NaN);
  const [first, sectorBytes] = [whole('offset') / SECTOR, whole('sector_size')];
  const sectors = fields['size'] === 'dynamic' ? undefined : whole('size') / SECTOR;
  const cipher = String(fields['encryption']);
  const sound = Number.isSafeInteger(first) && [512, 1024, 2048, 4096].includes(sectorBytes);
  if (!sound || !(sectors === undefined || Number.isSafeInteger(sectors)) || !CIPHER.test(cipher)) return unfit;
  return { cipher, first, sectors, tweak: String(whole('iv_tweak') || 0), sectorBytes };
}
