import { matchesGlob } from '../text/glob.ts';
import type { LeftOut } from './snapshot.ts';
import type { Content } from './volume.ts';

/** What an admin names parts of a disk by; the texts are shell-like patterns. */
export type Selector =
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'label' | 'type'; readonly glob: string }
  | { readonly kind: 'lv'; readonly vg: string; readonly lv: string }
  /** What is mounted below a path, or a subvolume there. */
  | { readonly kind: 'path'; readonly glob: string };

/** Which parts of disks are mounted. */
export interface Selection {
  /** Only these; all where there are none. */
  readonly partitions: readonly Selector[];
  readonly exclude: readonly Selector[];
}

/** What is known of a part before it is opened. */
export interface Traits {
  /** Of the partitions that it is in: a RAID or a volume group may be in several. */
  readonly numbers: readonly number[];
  readonly vg: string | undefined;
  readonly lv: string | undefined;
  /** Undefined: it could not be looked into yet. */
  readonly content: Content | undefined;
  /** The types of what it is in. */
  readonly within?: readonly string[];
}

/** How a selector is written: `3`, `LABEL=root`, `TYPE=ext*`, `LV=vg/root`, `/srv/data/db`. Undefined: it can't be one. */
export function parseSelector(value: string | number): Selector | undefined {
  const text = String(value);
  if (/^[1-9]\d{0,3}$/.test(text)) return { kind: 'number', number: Number(text) };
  if (text.startsWith('/')) return { kind: 'path', glob: text };
  const [, name, glob = ''] = /^(LABEL|TYPE|LV)=(.+)$/s.exec(text) ?? [];
  if (name === 'LABEL') return { kind: 'label', glob };
  if (name === 'TYPE') return { kind: 'type', glob };
  const [vg = '', lv = '', ...more] = glob.split('/');
  return name === 'LV' && vg !== '' && lv !== '' && more.length === 0 ? { kind: 'lv', vg, lv } : undefined;
}

/** As it is written. */
export function selectorText(selector: Selector): string {
  switch (selector.kind) {
    case 'number':
      return String(selector.number);
    case 'lv':
      return `LV=${selector.vg}/${selector.lv}`;
    case 'path':
      return selector.glob;
    default:
      return `${selector.kind.toUpperCase()}=${selector.glob}`;
  }
}

/** Whether a logical volume is asked for by its own name, and not by a pattern that matches others as well. */
export function isNamed({ partitions }: Selection, { vg, lv }: Traits): boolean {
  return partitions.some((selector) => selector.kind === 'lv' && selector.vg === vg && selector.lv === lv);
}

/** Why a part is not wanted; undefined: it is. Of what could not be looked into yet a label or type says nothing. */
export function unwanted({ partitions, exclude }: Selection, traits: Traits): string | undefined {
  if (exclude.some((selector) => matches(selector, traits) === true)) return EXCLUDED;
  const chosen = partitions.length === 0 || partitions.some((selector) => matches(selector, traits) !== false);
  return chosen ? undefined : "'partitions' does not name it";
}

const EXCLUDED = "'exclude' names it";

/** What a source leaves aside: what `exclude` names, with all below it, is left out on purpose. */
export function withoutExcluded(leftOut: readonly LeftOut[], { exclude }: Selection): readonly LeftOut[] {
  const globs = exclude.flatMap((selector) => (selector.kind === 'path' ? [selector.glob] : []));
  const isExcluded = (label: string): boolean =>
    label.startsWith('/') && placesOf(label).some((place) => globs.some((glob) => matchesGlob(place, glob)));
  return leftOut.map((one) => (isExcluded(one.label) ? { ...one, reason: EXCLUDED, harmless: true } : one));
}

/** A path and all directories above it. */
function placesOf(path: string): readonly string[] {
  const ends = Array.from(path.matchAll(/\//g), ({ index }) => index).filter((end) => end > 0);
  return [path, ...ends.map((end) => path.slice(0, end))];
}

/** Whether a selector matches a part; undefined: that is not known yet. */
export function matches(selector: Selector, { numbers, vg, lv, content, within = [] }: Traits): boolean | undefined {
  switch (selector.kind) {
    case 'path':
      return false;
    case 'number':
      return numbers.includes(selector.number);
    case 'lv':
      return vg !== undefined && lv !== undefined && matchesGlob(vg, selector.vg) && matchesGlob(lv, selector.lv);
    case 'type':
      if (within.some((type) => matchesGlob(type, selector.glob))) return true;
      return content && content.type !== undefined && matchesGlob(content.type, selector.glob);
    case 'label':
      return content && content.label !== undefined && matchesGlob(content.label, selector.glob);
  }
}
