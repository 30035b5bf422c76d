#!/bin/sh
':' /*;
# holdstill @VERSION@, @NAME@. Built by hooks/build/build.ts; licence: MIT, see THIRD-PARTY-NOTICES.txt beside the release.
# Bundled: @BUNDLED@.
#
# One file, several parts. This one is for sh: it cleans the environment, finds Node.js and lets it run the same file,
# for which it is a comment. The second part is JavaScript that runs at once. The others, at the end, are JavaScript in
# comments: the second compiles what it needs when there is work to do.
case ${PATH-} in '') PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin ;; esac
export PATH
unset LD_LIBRARY_PATH LD_PRELOAD LD_AUDIT GCONV_PATH OPENSSL_CONF OPENSSL_MODULES SSLKEYLOGFILE \
  HOLDSTILL_ORDER NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_DEBUG NODE_DEBUG_NATIVE NODE_V8_COVERAGE NODE_COMPILE_CACHE \
  NODE_CHANNEL_FD NODE_UNIQUE_ID NODE_REPL_EXTERNAL_MODULE NODE_ICU_DATA NODE_REDIRECT_WARNINGS NODE_TEST_CONTEXT \
  NODE_PENDING_DEPRECATION NODE_PRESERVE_SYMLINKS NODE_PRESERVE_SYMLINKS_MAIN NODE_TLS_REJECT_UNAUTHORIZED
# Of a locale that is long, or that is no ASCII, Node.js 20 dies before it runs anything. No locale has such a name.
case ${LC_ALL-} in *[!A-Za-z0-9_.@-]* | ????????????????????????????????????????*) unset LC_ALL ;; esac
case ${LC_MESSAGES-} in *[!A-Za-z0-9_.@-]* | ????????????????????????????????????????*) unset LC_MESSAGES ;; esac
case ${LANG-} in *[!A-Za-z0-9_.@-]* | ????????????????????????????????????????*) unset LANG ;; esac

# prove PATH: `real` is what it leads to, and `why` says why that must not run, or is empty. Whatever is on the way (and
# every link) belongs to root, and nobody else can write it. Nothing of PATH is used for it, and where no link is on the
# way, it costs one process. In a user namespace root may have another number, that of the owner of /. `sight` is what is
# seen of the file itself and of its libraries: inode, size, time of the last change.
prove() {
  real=$1 why='' hops=0
  while :; do
    # No blank and no line break, so that the answer can be read.
    case $real in *[!A-Za-z0-9._/+@:~=,-]*) why='its name is strange' && return ;; esac
    rest=$real at='' link='' sight=''
    set -- /
    [ -f "$libraries" ] && set -- / "$libraries"
    while [ -z "$link" ]; do
      case $rest in /*) rest=${rest#/} && continue ;; '') break ;; esac
      at=$at/${rest%%/*}
      case $rest in *[/]*) rest=/${rest#*[/]} ;; *) rest='' ;; esac
      set -- "$@" "$at"
      [ -L "$at" ] && link=$at
    done
    list=$(LC_ALL=C TZ=UTC0 /bin/ls -ldnic "$@" 2>/dev/null) || { why="$at can't be looked at" && return; }
    owner='' target=''
    while [ -n "$list" ]; do
      line=${list%%"$newline"*}
      case $list in *"$newline"*) list=${list#*"$newline"} ;; *) list='' ;; esac
      name=/${line#* /}
      case $name in "$libraries" | "$at") sight="$sight$line; " ;; esac
      case $name in "$libraries") continue ;; esac
      # The link is the last line: ls sorts, and all others lead to it.
      target=${name#*' -> '}
      name=${name%%' -> '*}
      set -f
      # inode, mode, links, user, group
      set -- $line
      set +f
      owner=${owner:-$4}
      case $4 in 0 | "$owner") ;; *) why="$name belongs to user $4, not to root" && return ;; esac
      case $2 in
        l*) continue ;;
        ????????w*) why="$name can be written by everybody" && return ;;
        ?????w????+*) why="$name has an ACL by which others can write it" && return ;;
        ?????w*) case $5 in 0) ;; *) why="$name can be written by group $5" && return ;; esac ;;
      esac
    done
    case $link in '') return ;; esac
    hops=$((hops + 1))
    case $hops in 20) why='it leads through too many links' && return ;; esac
    case $target in /*) real=$target$rest ;; *) real=${link%/*}/$target$rest ;; esac
  done
}

newline='
'
# What an earlier run that went well has kept (src/main/goodnode.ts): the sight of its Node.js, and its version, which need not be
# asked for again; that would take a fifth of the start. It does not say that a program may be run.
good=/var/cache/holdstill/node libraries=/etc/ld.so.cache known=''
{ [ -O "${good%/*}" ] && [ -O "$good" ] && [ -f "$good" ] && IFS= read -r known <"$good"; } 2>/dev/null
seen=
# No slash may follow an asterisk here, it would end the comment: hence the empty quotes. The patterns are looked up when it is
# their turn: a third of what this script takes.
for place in /etc/holdstill/node /usr/bin/node /usr/local/bin/node /opt/node/bin/node '/opt/*''/bin/node' \
  /usr/bin/nodejs '/usr/bin/node[1-9][0-9]' '/usr/bin/node-[1-9][0-9]' PATH; do
  for node in $place; do
    # Only now, since it costs a process.
    case $node in PATH) node=$(command -v node) ;; esac
    case $node in /*) ;; *) continue ;; esac
    case $seen in *"$node: "*) continue ;; esac
    [ -f "$node" ] && [ -x "$node" ] || continue
    prove "$node"
    case $why in
      '')
        case $known in
          "$sight"v*) version=${known#"$sight"} HOLDSTILL_NODE='' ;;
          *) version=$("$real" --version 2>/dev/null </dev/null) || version='' && HOLDSTILL_NODE=$sight$version ;;
        esac
        ;;
      *) version=refused ;;
    esac
    case $version in
      v[1-9]*.*.*)
        major=${version#v} minor=${version#v*.}
        major=${major%%.*} minor=${minor%%.*}
        case $major$minor in *[!0-9]*) why='it is no Node.js' ;; esac
        # Read and compiled by hand, since the nearest package.json decides how Node.js itself reads a file.
        [ -z "$why" ] && [ $((major * 1000 + minor)) -ge @LEAST@ ] && export HOLDSTILL_NODE && exec "$real" -e '@LOADER@' -- "$0" "$@"
        why=${why:-"it is $version"}
        ;;
      refused) ;;
      *) why='it is no Node.js, or does not run' ;;
    esac
    case $why in "$node "*) why="it ${why#"$node "}" ;; esac
    case $node$why in *[!A-Za-z0-9._/+@:~=,\ \'-]*) node='another one' why='' ;; esac
    # The first three will do.
    case $seen in *';'*';'*) ;; *) seen="$seen${seen:+; }$node${why:+: }$why" ;; esac
  done
done
trap '' PIPE
case $seen in
  '') what='Node.js was not found in /usr/bin, /usr/local/bin, /opt/*''/bin and PATH' ;;
  *) what="no Node.js was found that can be used ($seen)" ;;
esac
id= like= release=
for file in /etc/os-release /usr/lib/os-release; do
  [ -f "$file" ] && [ -r "$file" ] || continue
  while IFS='=' read -r key value; do
    value=${value#[\"\']}
    value=${value%[\"\']}
    case $key in ID) id=$value ;; ID_LIKE) like=$value ;; VERSION_ID) release=$value ;; esac
  done <"$file"
  break
done
hint=
set -f
for one in $id $like; do
  case "$one $release" in
@INSTALL@
  esac
  case $hint in '') ;; *) break ;; esac
done
hint="holdstill needs Node.js @LEAST_WORDS@ or newer, which only root can change; ${hint:-install it as /usr/bin/node}"
@ANSWER@
*/
