import { open } from 'node:fs/promises';
import { whyNot } from '../core/why.ts';

/** Bytes of a device or an image; what is beyond its end reads as zeros. A text says why they can't be read. */
export async function readBytes(device: string, offset: number, bytes: number): Promise<Buffer | string> {
  try {
    const file = await open(device);
    try {
      return (await file.read(Buffer.alloc(bytes), 0, bytes, offset)).buffer;
    } finally {
      await file.close();
    }
  } catch (error) {
    return `can't be read (${whyNot(error)})`;
  }
}
