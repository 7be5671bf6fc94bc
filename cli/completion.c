// SPDX-License-Identifier: Apache-2.0
// completion.c: completions of bash, zsh and fish. Commands, options, choices and paths are completed; a command of two
// words is for developers and left out.
// Words of the tables hold no quote: sound_word asserts it, so that no script needs to escape one.

#include "completion.h"

#include "options.h"

#include <assert.h>

static const char *sound_word(const char *word) {
    assert(!strpbrk(word, "'\"\\$`\n "));
    return word;
}

static bool is_completed(const struct command *command) {
    return !strchr(command_name(command), ' ');
}

// ---- what an argument is

enum argument_kind { ARGUMENT_NONE, ARGUMENT_OTHER, ARGUMENT_CHOICE, ARGUMENT_FILE, ARGUMENT_FOLDER };

static bool names_any(const char *text, const char *const *words) {
    for (size_t i = 0; words[i]; i++)
        if (strstr(text, words[i]))
            return true;
    return false;
}

static enum argument_kind kind_of_name(const char *argument) {
    static const char *const folders[] = {"DIR", "FOLDER", NULL}, *const files[] = {"FILE", "PATH", NULL};
    if (names_any(argument, folders))
        return ARGUMENT_FOLDER;
    return names_any(argument, files) ? ARGUMENT_FILE : ARGUMENT_OTHER;
}

static enum argument_kind kind_of(const struct option *option) {
    if (!option->argument)
        return ARGUMENT_NONE;
    return option->choices ? ARGUMENT_CHOICE : kind_of_name(option->argument);
}

static bool takes_paths(const struct command *command) {
    static const char *const places[] = {"FROM", "TO", NULL};
    return kind_of_name(command->arguments) != ARGUMENT_OTHER || names_any(command->arguments, places);
}

// The index-th option that is shown, from 0.
static bool shown_option_at(const struct command *command, size_t *index, const struct option **out) {
    struct option_place place;
    while (option_at(command, (*index)++, &place))
        if (!place.option->is_hidden) {
            *out = place.option;
            return true;
        }
    return false;
}

static void print_choices(FILE *to, const struct option *option) {
    for (size_t i = 0; option->choices[i]; i++)
        fprintf(to, "%s%s", i ? " " : "", sound_word(option->choices[i]));
}

static void print_commands(FILE *to) {
    const struct command *command;
    for (size_t i = 0; (command = command_at(i)); i++)
        if (is_completed(command))
            fprintf(to, "%s ", sound_word(command_name(command)));
    fputs("help", to);
}

// ---- bash

static void print_bash_value(FILE *to, const struct option *option) {
    enum argument_kind kind = kind_of(option);
    if (kind == ARGUMENT_NONE)
        return;
    fputs("    ", to);
    if (option->letter)
        fprintf(to, "-%c | ", option->letter);
    fprintf(to, "--%s) ", sound_word(option->name));
    if (kind == ARGUMENT_CHOICE) {
        fputs("choices='", to);
        print_choices(to, option);
        fputs("'", to);
    } else {
        fputs(kind == ARGUMENT_FILE ? "paths=files" : kind == ARGUMENT_FOLDER ? "paths=folders" : "paths=none", to);
    }
    fputs(" ;;\n", to);
}

static void print_bash_command(FILE *to, const struct command *command) {
    const struct option *option;
    fprintf(to, "  %s)\n    options='", sound_word(command_name(command)));
    for (size_t i = 0; shown_option_at(command, &i, &option);)
        fprintf(to, "%s--%s", i > 1 ? " " : "", sound_word(option->name));
    fprintf(to, "'\n    arguments=%s\n    case $previous in\n", takes_paths(command) ? "files" : "none");
    for (size_t i = 0; shown_option_at(command, &i, &option);)
        print_bash_value(to, option);
    fputs("    esac\n    ;;\n", to);
}

void completion_print_bash(FILE *to) {
    const struct command *command;
    fputs("# bash completion of gramdex; made by `gramdex generate complete-bash`\n"
          "_gramdex() {\n"
          "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
          "  local word at command= skip= options= choices= paths= arguments=none\n"
          "  COMPREPLY=()\n"
          "  # bash makes words of their own of the = in --option=value\n"
          "  if [[ $current == = ]]; then\n"
          "    current=\n"
          "  elif [[ $previous == = ]]; then\n"
          "    previous=${COMP_WORDS[COMP_CWORD-2]}\n"
          "  fi\n"
          "  for ((at = 1; at < COMP_CWORD; at++)); do\n"
          "    word=${COMP_WORDS[at]}\n"
          "    case $word in\n"
          "    --index | --server | --timeout | --token-file | --tls-* | --aliases | --color) skip=yes ;;\n"
          "    = | -*) ;;\n"
          "    *)\n"
          "      if [[ -z $skip ]]; then\n"
          "        command=$word\n"
          "        break\n"
          "      fi\n"
          "      skip=\n"
          "      ;;\n"
          "    esac\n"
          "  done\n"
          "  case $command in\n"
          "  '')\n"
          "    options='--index --server --json --help --version'\n"
          "    choices='",
          to);
    print_commands(to);
    fputs("'\n"
          "    case $previous in\n"
          "    --index) choices= paths=folders ;;\n"
          "    --server) choices= paths=none ;;\n"
          "    esac\n"
          "    ;;\n"
          "  help) choices='",
          to);
    print_commands(to);
    fputs(" query' ;;\n", to);
    for (size_t i = 0; (command = command_at(i)); i++)
        if (is_completed(command))
            print_bash_command(to, command);
    fputs("  esac\n"
          "  if [[ $current == -* && -z $paths ]]; then\n"
          "    mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$current\")\n"
          "    return\n"
          "  fi\n"
          "  if [[ -n $choices ]]; then\n"
          "    mapfile -t COMPREPLY < <(compgen -W \"$choices\" -- \"$current\")\n"
          "    return\n"
          "  fi\n"
          "  case ${paths:-$arguments} in\n"
          "  files)\n"
          "    compopt -o filenames 2>/dev/null\n"
          "    mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
          "    ;;\n"
          "  folders)\n"
          "    compopt -o filenames 2>/dev/null\n"
          "    mapfile -t COMPREPLY < <(compgen -d -- \"$current\")\n"
          "    ;;\n"
          "  esac\n"
          "}\n"
          "complete -F _gramdex gramdex\n",
          to);
}

// ---- zsh

// In 'name[text]:...' of _arguments a colon and a bracket end the text, and the whole stands in single quotes.
static void print_zsh_text(FILE *to, const char *text) {
    for (const char *at = text; *at; at++)
        if (*at == '\'')
            fputs("'\\''", to);
        else if (strchr("[]:\\", *at))
            fprintf(to, "\\%c", *at);
        else
            putc(*at, to);
}

static void print_zsh_action(FILE *to, const char *argument, enum argument_kind kind, const struct option *option) {
    putc(':', to);
    print_zsh_text(to, argument);
    putc(':', to);
    if (kind == ARGUMENT_CHOICE) {
        putc('(', to);
        print_choices(to, option);
        putc(')', to);
    } else if (kind != ARGUMENT_OTHER) {
        fputs(kind == ARGUMENT_FOLDER ? "_files -/" : "_files", to);
    }
}

static void print_zsh_option(FILE *to, const struct option *option) {
    enum argument_kind kind = kind_of(option);
    const char *repeats = option->kind == OPTION_LIST || option->kind == OPTION_COUNT ? "*" : "";
    const char *name = sound_word(option->name), *value = kind == ARGUMENT_NONE ? "" : "=";
    fputs("      ", to);
    if (option->letter && !*repeats)
        fprintf(to, "'(-%c --%s)'{-%c%s,--%s%s}'[", option->letter, name, option->letter, *value ? "+" : "", name,
                value);
    else if (option->letter)
        fprintf(to, "'*'{-%c%s,--%s%s}'[", option->letter, *value ? "+" : "", name, value);
    else
        fprintf(to, "'%s--%s%s[", repeats, name, value);
    print_zsh_text(to, option->help);
    putc(']', to);
    if (kind != ARGUMENT_NONE)
        print_zsh_action(to, option->argument, kind, option);
    fputs("' \\\n", to);
}

static void print_zsh_command(FILE *to, const struct command *command) {
    const struct option *option;
    fprintf(to, "    %s)\n      _arguments -s -S \\\n", sound_word(command_name(command)));
    for (size_t i = 0; shown_option_at(command, &i, &option);)
        print_zsh_option(to, option);
    fprintf(to, "      '*:argument:%s'\n      ;;\n", takes_paths(command) ? "_files" : "");
}

void completion_print_zsh(FILE *to) {
    const struct command *command;
    fputs("#compdef gramdex\n"
          "# zsh completion of gramdex; made by `gramdex generate complete-zsh`\n"
          "_gramdex() {\n"
          "  local context state state_descr line\n"
          "  typeset -A opt_args\n"
          "  local -a commands=(\n",
          to);
    for (size_t i = 0; (command = command_at(i)); i++) {
        if (!is_completed(command))
            continue;
        fprintf(to, "    '%s:", sound_word(command_name(command)));
        print_zsh_text(to, command->summary);
        fputs("'\n", to);
    }
    fputs("    'help:describe a command, or queries'\n"
          "  )\n"
          "  _arguments -C \\\n"
          "    '--index=[the index, a directory]:DIR:_files -/' \\\n"
          "    '--server=[the server]:ADDRESS:' \\\n"
          "    '--json[answer in JSON Lines]' \\\n"
          "    '(- *)--version[print the version]' \\\n"
          "    '(- *)--help[print the help]' \\\n"
          "    '1: :->command' \\\n"
          "    '*:: :->arguments' && return\n"
          "  case $state in\n"
          "  command) _describe command commands ;;\n"
          "  arguments)\n"
          "    case $words[1] in\n"
          "    help) _describe command commands ;;\n",
          to);
    for (size_t i = 0; (command = command_at(i)); i++)
        if (is_completed(command))
            print_zsh_command(to, command);
    fputs("    esac\n"
          "    ;;\n"
          "  esac\n"
          "}\n"
          "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then\n"
          "  _gramdex \"$@\"\n"
          "else\n"
          "  compdef _gramdex gramdex\n"
          "fi\n",
          to);
}

// ---- fish

static void print_fish_text(FILE *to, const char *text) {
    putc('\'', to);
    for (const char *at = text; *at; at++)
        if (*at == '\'' || *at == '\\')
            fprintf(to, "\\%c", *at);
        else
            putc(*at, to);
    putc('\'', to);
}

static void print_fish_option(FILE *to, const char *condition, const struct option *option) {
    enum argument_kind kind = kind_of(option);
    fprintf(to, "complete -c gramdex -n '%s' -l %s", condition, sound_word(option->name));
    if (option->letter)
        fprintf(to, " -s '%c'", option->letter);
    if (kind == ARGUMENT_CHOICE) {
        fputs(" -x -a '", to);
        print_choices(to, option);
        putc('\'', to);
    } else if (kind == ARGUMENT_FILE) {
        fputs(" -r -F", to);
    } else if (kind == ARGUMENT_FOLDER) {
        fputs(" -x -a '(__fish_complete_directories)'", to);
    } else if (kind == ARGUMENT_OTHER) {
        fputs(" -x", to);
    }
    fputs(" -d ", to);
    print_fish_text(to, option->help);
    putc('\n', to);
}

static void print_fish_command(FILE *to, const struct command *command) {
    char condition[96];
    const struct option *option;
    const char *name = sound_word(command_name(command));
    fprintf(to, "\ncomplete -c gramdex -n __fish_use_subcommand -a %s -d ", name);
    print_fish_text(to, command->summary);
    putc('\n', to);
    snprintf(condition, sizeof condition, "__fish_seen_subcommand_from %s", name);
    if (takes_paths(command))
        fprintf(to, "complete -c gramdex -n '%s' -F\n", condition);
    for (size_t i = 0; shown_option_at(command, &i, &option);)
        print_fish_option(to, condition, option);
}

void completion_print_fish(FILE *to) {
    const struct command *command;
    fputs("# fish completion of gramdex; made by `gramdex generate complete-fish`\n"
          "complete -c gramdex -f\n"
          "complete -c gramdex -n __fish_use_subcommand -l index -x -a '(__fish_complete_directories)' -d "
          "'the index, a directory'\n"
          "complete -c gramdex -n __fish_use_subcommand -l server -x -d 'the server'\n"
          "complete -c gramdex -n __fish_use_subcommand -l json -d 'answer in JSON Lines'\n"
          "complete -c gramdex -n __fish_use_subcommand -l version -d 'print the version'\n"
          "complete -c gramdex -n __fish_use_subcommand -a help -d 'describe a command, or queries'\n"
          "complete -c gramdex -n '__fish_seen_subcommand_from help' -a '",
          to);
    print_commands(to);
    fputs(" query'\n", to);
    for (size_t i = 0; (command = command_at(i)); i++)
        if (is_completed(command))
            print_fish_command(to, command);
}
