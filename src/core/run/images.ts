import type { Journal } from '../journal/journal.ts';
import type { PlannedSnapshot, RunNames } from '../model/snapshot.ts';
import type { Facts } from '../model/step.ts';
import type { CommandPair } from '../ports/devices.ts';
import type { Machine } from '../ports/machine.ts';
import type { Task } from '../model/task.ts';
import { Fault } from '../model/fault.ts';
import type { Device } from './maps.ts';
import { NO_FILES } from './files.ts';
import { unsaved } from './layout.ts';
import type { OpenedImage } from './opened.ts';
import type { Prepared } from './prepare.ts';

/** What there is to look into for each snapshot: the snapshot itself, or the file that shows what is in it. */
export async function showImages(
  planned: readonly PlannedSnapshot[],
  taken: readonly Facts[],
  journal: Journal,
  machine: Pick<Machine, 'images' | 'checkInterrupted'>,
): Promise<readonly Device[]> {
  const shown: Device[] = [];
  let number = 0;
  for (const [index, { origin, device: expected }] of planned.entries()) {
    const { device = expected, uuid = '' } = taken[index] ?? {};
    if (!origin.image) {
      shown.push({ device, uuid });
      continue;
    }
    machine.checkInterrupted();
    const steps = machine.images.steps({ device, uuid, label: origin.label }, journal.header, number++);
    const noted = journal.note(steps);
    const facts = await machine.images.show(noted, origin.image);
    journal.learn(noted, facts);
    const { device: file = '', uuid: fileUuid = '' } = facts.at(-1) ?? {};
    shown.push({ device: file, uuid: fileUuid });
  }
  return shown;
}

/** Why a task can't be opened for its disks as they are. */
export function whyNoImages(task: Task, { planned, leftOut }: Prepared): Fault | undefined {
  const directories = planned.filter(({ origin }) => origin.shape === 'directory').map(({ origin }) => origin.label);
  if (directories.length === 0) return unsaved(task, NO_FILES.layout, leftOut);
  return new Fault('origin.unsuitable', `${directories.join(', ')}: a directory of files has no image`, {
    hint: 'use {mount} of: holdstill run',
  });
}

/** The disks of a task, to be read as they are. */
export function imagesOf(planned: readonly PlannedSnapshot[], shown: readonly Device[]): readonly OpenedImage[] {
  return planned.map(({ origin: { directory, label } }, index) => ({
    disk: directory.join('/'),
    label,
    device: shown[index]?.device ?? '',
  }));
}

/** The commands that would show images, for people. */
export function commandsToShow(
  planned: readonly PlannedSnapshot[],
  names: RunNames,
  { images }: Pick<Machine, 'images'>,
): readonly CommandPair[] {
  const shown = planned.flatMap(({ origin: { image }, device }) => (image ? [{ image, device }] : []));
  return shown.map(({ image, device }, number) => images.commands(device, image, names, number));
}
