# A host with a Bacula whose jobs call our hooks. $NAME is the job of the article, ${GUESTS[@]} are its file systems, and
# ${TASKS[@]} are the lines of the configuration.
. "$REPO/test/e2e/guest.bash"

bacula_hooks
holdstill() { "$REPO/dist/holdstill" "$@"; }
{
  echo tasks:
  printf '  %s\n' "${TASKS[@]}"
} | configure
look before

# job_is_read: starts the job of the article and waits until Bacula reads its files; its number is in $id.
job_is_read() {
  # shellcheck disable=SC2034,SC2153 # for the scripts; of the test
  id=$(job_start "$NAME")
  until_true 60 fd_reads "/run/holdstill/$NAME"
}

# closed_as NAME: waits until no task is open, and looks.
closed_as() {
  until_true 60 no_task_open
  look "$1"
}
