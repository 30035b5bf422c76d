import { whyNot } from '../core/text/why.ts';
import type { Prober } from '../system/command.ts';

/** Bytes of a device or an image; what is beyond its end reads as zeros. A text says why they can't be read. */
export async function readBytes(device: string, at: number, bytes: number, prober: Prober): Promise<Buffer | string> {
  try {
    return Buffer.concat([await prober.ask('readAt', { file: device, at, bytes })], bytes);
  } catch (error) {
    return `can't be read (${whyNot(error)})`;
  }
}
