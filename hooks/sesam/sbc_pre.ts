import { sesam } from '../../src/contracts/sesam.ts';
import { runHook } from '../../src/main/hook.ts';

void runHook(sesam, 'open');
