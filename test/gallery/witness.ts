import { execFileSync, spawnSync } from 'node:child_process';
import { isDeepStrictEqual } from 'node:util';
import { sectorsOf } from '../../src/guests/table.ts';
import { soundEntries } from '../../src/guests/sound.ts';
import { deviceBytes } from '../../src/system/kernel/blockdev.ts';
import { readTable } from '../../src/system/tools/partx.ts';
import { read } from '../prober.ts';

/* For each device with a partition table a line: whether what is read of it without partx is what partx lists. Run in the lab. */
for (const device of process.argv.slice(2)) {
  const kind = spawnSync('blkid', ['-p', '-o', 'value', '-s', 'PTTYPE', device], { encoding: 'utf8' }).stdout.trim();
  if (kind !== 'dos' && kind !== 'gpt') continue;
  const command = readTable(device);
  const listed = command.parse({
    status: 0,
    stdout: execFileSync(command.tool, command.argv, { encoding: 'utf8' }),
    stderr: '',
  });
  const own = await soundEntries(device, deviceBytes(device), kind, sectorsOf(device).own, read);
  const told = isDeepStrictEqual(own, listed) ? 'same' : `OTHER ${JSON.stringify({ own, listed })}`;
  process.stdout.write(`${device} ${kind} ${own ? told : 'left to partx'}\n`);
}
