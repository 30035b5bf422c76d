/**
 * What partitions are for that have no file system by their type, as sfdisk calls it (util-linux 2.38.1; the types of GPT:
 * UEFI 2.10, table 5.7, and include/pt-gpt-partnames.h there). Nothing in them is restored from a backup of files: boot
 * loaders are installed anew, memory that was swapped out is of no use to anybody, and what is reserved is empty.
 */
const PURPOSES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '21686148-6449-6e6f-744e-656564454649': 'BIOS boot',
    '9e1a2d38-c612-4316-aa26-8b49521e5a8b': 'PowerPC PReP boot',
    '0x41': 'PowerPC PReP boot',
    '0xf0': 'Linux/PA-RISC boot',
    '83bd6b9d-7f41-11dc-be0b-001560b84f0f': 'FreeBSD boot',
    '85d5e45e-237c-11e1-b4b3-e89a8f7fc3a7': 'MidnightBSD boot',
    '6a82cb45-1dd2-11b2-99a6-080020736631': 'Solaris boot',
    '0xbe': 'Solaris boot',
    '426f6f74-0000-11aa-aa11-00306543ecac': 'Apple boot',
    '0xab': 'Darwin boot',
    '0xa': 'OS/2 boot manager',
    '5b193300-fc78-40cd-8002-e86c45580b47': 'HiFive FSBL (boot)',
    '2e54b353-1271-4842-806f-e436d6af6985': 'HiFive BBL (boot)',
    '3de21764-95bd-54bd-a5c3-4abe786f38a8': 'U-Boot environment',
    'fe3a2a5d-4f32-41a7-b725-accc3285a309': 'ChromeOS kernel (boot)',
    'cab6e88e-abf3-4102-a07a-d4bb9be3c1d3': 'ChromeOS firmware (boot)',
    '2e0a753d-9e48-43b0-8337-b15192cb1b5e': 'ChromeOS reserved',
    'c95dc21a-df0e-4340-8d7b-26cbfa9a03e0': 'CoreOS reserved',
    'e3c9e316-0b5c-4db8-817d-f92df00215ae': 'Microsoft reserved (MSR)',
    '5808c8aa-7e8f-42e0-85d2-e1e90434cfb3': 'Microsoft LDM metadata',
    '8da63339-0007-60c0-c436-083ac8230908': 'Linux reserved',
    '6a945a3b-1dd2-11b2-99a6-080020736631': 'Solaris reserved',
    '6a9630d1-1dd2-11b2-99a6-080020736631': 'Solaris reserved',
    '6a980767-1dd2-11b2-99a6-080020736631': 'Solaris reserved',
    '6a96237f-1dd2-11b2-99a6-080020736631': 'Solaris reserved',
    '6a8d2ac7-1dd2-11b2-99a6-080020736631': 'Solaris reserved',
    '6a9283a5-1dd2-11b2-99a6-080020736631': 'Solaris alternate sector',
    '9198effc-31c0-11db-8f78-000c2911d1b8': 'VMware reserved',
    '9d275380-40ad-11db-bf97-000c2911d1b8': 'VMware diagnostic (core dump)',
    '0xfc': 'VMware diagnostic (core dump)',
    'd3bfe2de-3daf-11df-ba40-e3a556d89593': 'Intel Fast Flash (hibernation)',
    '0x84': 'hibernation',
    '0xa0': 'hibernation',
    // Encrypted with a new key at each start there is no signature in it, or it was wiped.
    '0657fd6d-a4ab-43c4-84e5-0933c84b4f4f': 'Linux swap',
    '0x82': 'Linux swap',
    '516e7cb5-6ecf-11d6-8ff8-00022d09712b': 'FreeBSD swap',
    '85d5e45b-237c-11e1-b4b3-e89a8f7fc3a7': 'MidnightBSD swap',
    '49f48d32-b10e-11dc-b99b-0019d1879648': 'NetBSD swap',
    '9d58fdbd-1ca5-11dc-8817-01301bb8a9f5': 'DragonFly swap',
    '6a87c46f-1dd2-11b2-99a6-080020736631': 'Solaris swap',
    '0xb8': 'BSDI swap',
  }),
);

/** `0x42` in an MBR, and the data of LDM in a GPT. */
const DYNAMIC: readonly string[] = ['0x42', 'af9b60a0-1431-4f62-bc68-3311714a69ad'];

/** What a partition of this type (`0x82`, or a GUID in small letters) is for, if that needs no file system. */
export function purposeOf(type: string): string | undefined {
  return PURPOSES.get(type);
}

/** Whether it belongs to a dynamic disk of Windows, whose volumes may be spread over several partitions. */
export function isDynamic(type: string): boolean {
  return DYNAMIC.includes(type);
}
