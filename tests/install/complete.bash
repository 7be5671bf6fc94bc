# usage: bash complete.bash SCRIPT WORD...: prints what bash would offer for the last word, one a line.
. "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_gramdex
printf '%s\n' "${COMPREPLY[@]}"
