/**
 * The running CRC-32 of IEEE 802.3 (reflected), without the inversions that GPT puts around it and LVM does not. Node.js
 * has one only from 20.15 on.
 */
export function crc32From(initial: number, data: Uint8Array): number {
  let crc = initial;
  for (const byte of data) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] ?? 0);
  return crc >>> 0;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});
