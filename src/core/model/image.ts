/** A layer of an image below its top, as the guest's own definition names it. */
export interface BaseLayer {
  readonly file: string;
  /** `raw`, `qcow2`, or what holdstill can't open. */
  readonly format: string;
}

/** An image whose bytes are not those of the disk: QEMU's qcow2, which may hold but what differs from the layers below it. */
export interface LayeredImage {
  readonly path: string;
  /** Nearest first. Only these may be read: what an image itself names may have been written there by anybody. */
  readonly below: readonly BaseLayer[];
}

/** A layer as it was found. */
export interface FoundLayer extends BaseLayer {
  /** Distinguishes what it holds now from what it holds after somebody wrote to it. */
  readonly mark: string;
}

declare module './task.ts' {
  interface SourceKinds {
    /** Disks of guests that are images in layers; answered as `disks` are, with their paths in `asked`. */
    readonly images: { readonly images: readonly LayeredImage[] };
  }
}
