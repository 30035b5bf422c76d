import { sesam } from '../../src/contracts/sesam.ts';
import { runHook } from '../../src/hook.ts';

void runHook(sesam, 'open');
