# An emulation of older versions of util-linux, since the lab has but one: wrappers around today's tools, that refuse, or leave
# out in silence, what the version is known to, from its option tables and its source (tags v2.23.2 to v2.38). Anything else
# of them is today's.

# old_util_linux VERSION: from here on mount, losetup, partx and blkid are of that version, for everybody.
old_util_linux() {
  local tool path
  mkdir -p /run/old/real
  echo "$1" >/run/old/version
  for tool in mount losetup partx blkid; do
    path=$(command -v "$tool")
    [ -e "/run/old/real/$tool" ] || mv "$path" "/run/old/real/$tool"
    cp "$REPO/test/lab/guest/old-util-linux.emulation.sh" "$path"
    chmod 755 "$path"
  done
}

# old_cp: from here on cp is of coreutils before 8.30, which can't be told not to share blocks.
old_cp() {
  local path
  path=$(command -v cp)
  mv "$path" /run/old/real/cp
  cat >"$path" <<'S'
#!/bin/bash
# An emulation of cp before coreutils 8.30.
for word; do
  [ "$word" != --reflink=never ] || { printf "cp: invalid argument 'never' for '--reflink'\nValid arguments are:\n  - 'auto'\n  - 'always'\n" >&2; exit 1; }
done
exec /run/old/real/cp "$@"
S
  chmod 755 "$path"
}
