/** A kernel and the agent for the guest, and what makes an initrd of them: a whole root, so that it is the same on every host. */
export const kvmPackages: readonly string[] = [
  'linux-image-cloud-amd64',
  'qemu-guest-agent',
  'perl-base',
  'busybox-static',
  'kmod',
  'lz4',
];
