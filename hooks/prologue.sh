#!/bin/sh
':' /*;
# holdstill @VERSION@, @NAME@. Built by hooks/build.ts; licence: MIT, see THIRD-PARTY-NOTICES.txt beside the release.
# Bundled: @BUNDLED@.
#
# One file, three parts. This one is for sh: it cleans the environment, finds Node.js and lets it run the same file,
# for which it is a comment. The second part is JavaScript that runs at once. The third, at the end, is JavaScript in
# a comment: the second compiles it when there is work to do.
case ${PATH-} in '') PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin ;; esac
export PATH
unset LD_LIBRARY_PATH LD_PRELOAD LD_AUDIT GCONV_PATH OPENSSL_CONF OPENSSL_MODULES SSLKEYLOGFILE \
  HOLDSTILL_WATCH NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_DEBUG NODE_DEBUG_NATIVE NODE_V8_COVERAGE NODE_COMPILE_CACHE \
  NODE_CHANNEL_FD NODE_UNIQUE_ID NODE_REPL_EXTERNAL_MODULE NODE_ICU_DATA NODE_REDIRECT_WARNINGS NODE_TEST_CONTEXT \
  NODE_PENDING_DEPRECATION NODE_PRESERVE_SYMLINKS NODE_PRESERVE_SYMLINKS_MAIN NODE_TLS_REJECT_UNAUTHORIZED
# Of a locale that is long, or that is no ASCII, Node.js 20 dies before it runs anything. No locale has such a name.
case ${LC_ALL-} in *[!A-Za-z0-9_.@-]* | ????????????????????????????????????????*) unset LC_ALL ;; esac
case ${LC_MESSAGES-} in *[!A-Za-z0-9_.@-]* | ????????????????????????????????????????*) unset LC_MESSAGES ;; esac
case ${LANG-} in *[!A-Za-z0-9_.@-]* | ????????????????????????????????????????*) unset LANG ;; esac
old=
# No slash may follow an asterisk here, it would end the comment: hence the empty quotes.
for node in /usr/bin/node /usr/local/bin/node /opt/node/bin/node /opt/*''/bin/node "$(command -v node)" /usr/bin/nodejs; do
  case $node in /*) ;; *) continue ;; esac
  [ -f "$node" ] && [ -x "$node" ] || continue
  version=$("$node" --version 2>/dev/null </dev/null) || continue
  case $version in
    v[0-9].* | v1[0-7].* | v18.[0-9].* | v18.1[0-8].*)
      case $old in '') old="$version at $node" ;; esac
      case $old in *[!A-Za-z0-9._/\ +-]*) old='an older one' ;; esac
      ;;
    # Read and compiled by hand, since the nearest package.json decides how Node.js itself reads a file.
    v[1-9][0-9].*) exec "$node" -e '@LOADER@' -- "$0" "$@" ;;
  esac
done
trap '' PIPE
case $old in
  '')
@MISSING@
    ;;
  *)
@TOO_OLD@
    ;;
esac
*/
