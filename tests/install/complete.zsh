# usage: zsh -f complete.zsh FOLDER LINE FOUND: appends to the file FOUND what zsh offers at the end of the line, as <WORD>, one a line.
# FOLDER: where _gramdex is.
# A shell on a terminal of its own is asked, because zsh completes nowhere else.
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1= PS2= RPS1=; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D; bindkey '^I' complete-word"
zpty -w shell "zstyle ':completion:*' list-prompt ''; LISTMAX=0; stty -echo 2>/dev/null; TERM=dumb"
# What is found is written down before it is shown.
zpty -w shell 'compadd() { local -a found; builtin compadd -O found "$@" 2>/dev/null; builtin compadd "$@"; local kept=$?; print -rl -- "<"${^found}">" >>'$3'; return $kept }'
zpty -w shell 'print ready >>'$3
for ((i = 0; i < 600; i++)); do
    grep -q ready $3 2>/dev/null && break
    sleep 0.1
done
zpty -w -n shell "$2"$'\t'
for ((i = 0; i < 600; i++)); do
    grep -q '^<' $3 2>/dev/null && break
    sleep 0.1
done
zpty -d shell
