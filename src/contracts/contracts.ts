import type { Contract } from '../core/ports/contract.ts';
import { bacula } from './bacula.ts';
import { generic } from './generic.ts';
import { sesam } from './sesam.ts';

/** All backup products. `dist/` has a folder for each, named like the product. */
export const contracts: readonly Contract[] = [sesam, bacula, generic];
