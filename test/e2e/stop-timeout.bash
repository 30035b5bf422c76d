# A mount hangs for longer than the task may take.
. "$REPO/test/lab/guest/break.bash"

# slow TOOL SECONDS COMMAND...: a call while the tool is as if it hung. One that does not even end when asked to: see matrix/faults.bash.
slow() {
  local tool=$1 path seconds=$2
  path=$(command -v "$tool")
  shift 2
  mv "$path" "$path.real"
  printf '#!/bin/sh\nsleep %s\nexec %s.real "$@"\n' "$seconds" "$path" >"$path"
  chmod 755 "$path"
  call "slow-$tool" "$@"
  mv "$path.real" "$path"
}

configure <<<'tasks: {t: {lv: vg0/disk, size: 16M, autoextend: false, timeout: 18s}}'
mark
slow mount 60 "$REPO/dist/sesam/sbc_pre" t
same end
