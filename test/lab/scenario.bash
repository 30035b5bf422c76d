# Says what it was told by scenario.test.ts.
printf '%s\n' "$TEXT" "$((COUNT + 1))" "${#LIST[@]}" "${LIST[@]}" "${#NONE[@]}"
env | grep -E '^(TEXT|COUNT|LIST)='
exit 7
