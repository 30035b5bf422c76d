#!/bin/bash
# An emulation of an older version of a tool of util-linux, in its place; see old-util-linux.emulation.bash.
tool=${0##*/}
real=/run/old/real/$tool
version=$(</run/old/version)

# before VERSION: whether ours is an earlier one.
before() { [ "$version" != "$1" ] && printf '%s\n' "$version" "$1" | sort -C -V; }

[ "$*" != --version ] || { echo "$tool from util-linux $version (an emulation)"; exit; }

unrecognized() { printf '%s: unrecognized option %s\nTry '"'%s --help' for more information.\n" "$tool" "'$1'" "$tool" >&2; exit 1; }

case $tool in
  mount)
    if [ "$1" = --all ]; then
      # Each line of the list is a call of its own; `--fstab` is known since 2.23.
      ! before 2.23 || unrecognized --fstab
      some=32 status=0
      while read -r device point type options _; do
        if "$0" --types "$type" --options "$options" -- "$device" "$(printf %b "$point")"; then some=64; else status=1; fi
      done
      [ "$status" = 0 ] || exit "$some"
      exit 0
    fi
    args=("$@")
    for ((i = 0; i < $#; i++)); do
      case ${args[i]} in --types) type=${args[i + 1]} ;; --options) options=${args[i + 1]} at=$((i + 1)) ;; esac
    done
    case ,$options, in
      *,bind,*)
        # Before 2.38 the flags of a mount that is there are set without it, in silence (libmount/src/context_mount.c).
        ! before 2.38 || args[at]=${options//,nosymfollow/}
        # Before 2.27 a new bind mount takes no flags at all.
        case $options in remount*) ;; *) ! before 2.27 || args[at]=bind ;; esac
        ;;
      *,nosymfollow,*)
        # An option that libmount does not know is one of the file system, for the kernel or for its helper.
        if before 2.36.1 && [ ! -e "/sbin/mount.$type" ]; then
          echo "mount: ${args[-1]}: wrong fs type, bad option, bad superblock on ${args[-2]}, missing codepage or helper program, or other error." >&2
          exit 32
        fi
        ;;
    esac
    # Not of any version: flags that get lost, however they are asked for.
    read -r lost 2>/dev/null </run/old/lost && ((at > 0)) && args[at]=${args[at]//,$lost/}
    exec "$real" "${args[@]}"
    ;;
  losetup) ! before 2.31 || refused=--sector-size ;;
  partx) ! before 2.30 || refused=--sector-size ;;
  blkid)
    ! before 2.30 || for word; do case $word in --) break ;; --*) unrecognized "$word" ;; esac; done
    if before 2.35; then
      # It tells no block sizes.
      "$real" "$@" | grep -v '^BLOCK_SIZE='
      exit "${PIPESTATUS[0]}"
    fi
    ;;
esac
for word; do
  [ "$word" != -- ] || break
  [ "$word" != "$refused" ] || unrecognized "$word"
done
exec "$real" "$@"
