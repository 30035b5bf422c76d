import { runCli } from '../src/cli.ts';

void runCli();
