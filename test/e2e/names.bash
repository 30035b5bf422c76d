# Hooks of all products are called with names of tasks that are hard, forbidden, unknown or nearly known. The names are data of the test.
. "$REPO/test/lab/guest/break.bash"

{
  echo 'tasks:'
  printf '  %s: {lv: vg0/data, size: 8M}\n' "${TASKS[@]}"
} | configure
mark
sesam=$REPO/dist/sesam bacula=$REPO/dist/bacula

# What a shell could trip over, and the longest one.
call generic-pre "$PRE" "$NAME"
call status "$HOLDSTILL" status "$NAME"
call generic-post "$POST" "$NAME"
call sesam-pre "$sesam/sbc_pre" SC1 "$NAME" F
call sesam-post "$sesam/sbc_post" SC1 "$NAME" F
call bacula-pre "$bacula/run-before" "$NAME" --job=7
call bacula-post "$bacula/run-after" "$NAME" --status=OK -- with warnings
call longest-pre "$PRE" "$LONGEST"
call longest-post "$POST" "$LONGEST"

# No task may be called so.
for n in "${!FORBIDDEN[@]}"; do
  call "${FORBIDDEN_KEYS[n]}-pre" "$PRE" "${FORBIDDEN[n]}"
  call "${FORBIDDEN_KEYS[n]}-post" "$POST" "${FORBIDDEN[n]}"
done
call newline-sesam "$sesam/sbc_pre" "${FORBIDDEN[0]}"

# Nobody configured these.
for n in "${!UNKNOWN[@]}"; do
  call "unknown$n" "$PRE" "${UNKNOWN[n]}"
  call "sesam$n" "$sesam/sbc_pre" "${UNKNOWN[n]}"
  call "bacula$n" "$bacula/run-before" "${UNKNOWN[n]}"
done

# An empty name, and none.
call empty-generic "$PRE" ''
call empty-sesam "$sesam/sbc_pre" ''
call empty-bacula "$bacula/run-before" ''
call none-generic "$POST"
call none-sesam "$sesam/sbc_post"
call none-bacula "$bacula/run-after"

# Nearly the name of a task: to sbc_pre in all ways, to every other hook in one, as a later argument, to the command line.
for n in "${!NEARLY[@]}"; do call "near-${NEARLY_KEYS[n]}" "$sesam/sbc_pre" "$(printf '%b' "${NEARLY[n]}")"; done
for hook in generic/pre generic/post sesam/sbc_post bacula/run-before bacula/run-after; do
  call "near-$(basename $hook)" "$REPO/dist/$hook" 'büro eins'
done
latin1=$(printf 'B\xfcro Eins')
call near-second "$sesam/sbc_pre" SC1 "$latin1" F
SESAM_TASK=$latin1 call near-unasked "$sesam/sbc_pre" SC1
call near-cli-pre "$HOLDSTILL" pre 'büro eins'
call near-cli-post "$HOLDSTILL" post 'büro eins'

# Not so near.
call far-cli-pre "$HOLDSTILL" pre 'Büro Einz'
call far-cli-post "$HOLDSTILL" post 'Büro Einz'
call far "$bacula/run-before" 'Büro Einz' --job=7

# The configuration names a variable, and lets unknown tasks pass.
cat >>/etc/holdstill/holdstill.yaml <<'Y'
sesam: {taskEnv: SESAM_TASK}
bacula: {unknownTask: pass}
generic: {unknownTask: pass}
Y
SESAM_TASK=$latin1 call near-env "$sesam/sbc_pre" SC1
for hook in generic/pre bacula/run-before; do
  call "pass-$(basename $hook)" "$REPO/dist/$hook" nobody
  call "pass-near-$(basename $hook)" "$REPO/dist/$hook" 'büro eins'
done
call pass-cli "$HOLDSTILL" pre nobody

# Nothing has run what is in the first name.
same end
ls -d pwned /pwned 2>/dev/null
