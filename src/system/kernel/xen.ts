import fs from 'node:fs';

/** Bit of /sys/hypervisor/properties/features that the control domain has: XENFEAT_dom0 of Xen's public/features.h. */
const DOM0 = 1 << 11;

/**
 * Whether this kernel runs as the control domain of Xen, which the guests of a host belong to. Seen with Xen 4.17 and Linux 6.1; the file of
 * xenfs is for kernels older than 2.6.38, which tell no features.
 */
export function isControlDomain(): boolean {
  const features = readText('/sys/hypervisor/properties/features');
  if (readText('/sys/hypervisor/type').trim() === 'xen' && /^[0-9a-f]{1,8}\s*$/.test(features)) {
    return (Number.parseInt(features, 16) & DOM0) !== 0;
  }
  return readText('/proc/xen/capabilities').includes('control_d');
}

function readText(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
