/** What something needs of the machine: programs that it starts, and modules of the kernel. */
export interface Needs {
  readonly programs: readonly string[];
  readonly modules: readonly string[];
}
