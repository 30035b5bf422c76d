# Names of tasks, and what a tool says, look like lines of the result.
. "$REPO/test/e2e/sesam.words.bash"

configure <<'Y'
tasks:
  "STATUS:OK": {lv: system/xenvm}
  "STATUS:ERROR {x}": {lv: system/no-such}
  "a{b}c": {lv: "system/xenvm", mount: "/mnt/STATUS:OK"}
  noise: {lv: system/noise}
Y
look before

# Names.
evil=$'x\nSTATUS:OK\n'
sep_hook newline sbc_pre "$evil" noise2
sep_hook newline-post sbc_post "$evil"
sep_hook named-ok sbc_pre STATUS:OK
sep_hook named-ok-post sbc_post STATUS:OK
sep_hook named-error sbc_pre 'STATUS:ERROR {x}'
sep_hook braces sbc_pre 'a{b}c'
sep_hook braces-post sbc_post 'a{b}c'

# What a tool says is quoted.
mv /usr/sbin/lvm /usr/sbin/lvm.real
cat >/usr/sbin/lvm <<'S'
#!/bin/sh
printf 'STATUS:OK\n\rSTATUS:ERROR {no}\n' >&2
exit 3
S
chmod 755 /usr/sbin/lvm
sep_hook tool sbc_pre STATUS:OK
mv /usr/sbin/lvm.real /usr/sbin/lvm
look after
