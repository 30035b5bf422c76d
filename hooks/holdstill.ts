import { runCli } from '../src/main/cli.ts';

void runCli();
