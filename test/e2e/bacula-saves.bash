# A job saves all guests while they write on; what it saved is compared with what they had written.
. "$REPO/test/e2e/bacula.words.bash"

for id in "${GUESTS[@]}"; do
  mkdir -p "$LAB/due/$id"
  written "$id" >"$LAB/due/$id/at"
done
job=$(job_start "$NAME")
until_true 60 grep -qs ' {"opened"' "/var/lib/holdstill/$NAME.journal"
for id in "${GUESTS[@]}"; do written "$id" >"$LAB/due/$id/later"; done
job_wait "$job"
for guest in "${GUESTS[@]}"; do writes_on "$guest" || echo "$guest stands still"; done
look after

# What comes back.
job_restore "$job" /restore | cut -d ' ' -f 2
cd "/restore/run/holdstill/$NAME" || exit
for guest in "${GUESTS[@]}"; do
  check_written "$guest" "$LAB/due/$guest/at" "$LAB/due/$guest/later" | grep -v whole
  check_static "$guest" "$guest"
done
find . -maxdepth 2 -type d ! -name written ! -name lost+found | sort | tr '\n' ' '
call log job_log "$job"
