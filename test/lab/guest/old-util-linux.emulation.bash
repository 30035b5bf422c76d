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

# refuse TOOL WORD COMPLAINT: from here on the tool does not know an option, and says so.
refuse() {
  local path
  path=$(command -v "$1")
  mkdir -p /run/old/real
  mv "$path" "/run/old/real/$1"
  printf '%s\n' "$3" >"/run/old/$1.complaint"
  cat >"$path" <<S
#!/bin/bash
# An emulation of an older $1.
for word; do [ "\$word" != "$2" ] || { cat /run/old/$1.complaint >&2; exit 1; }; done
exec /run/old/real/$1 "\$@"
S
  chmod 755 "$path"
}

# From here on cp is of coreutils before 8.30, cryptsetup is one before 2.5.
old_cp() { refuse cp --reflink=never "cp: invalid argument 'never' for '--reflink'"; }
old_cryptsetup() { refuse cryptsetup --dump-volume-key 'cryptsetup: --dump-volume-key: unknown option'; }
