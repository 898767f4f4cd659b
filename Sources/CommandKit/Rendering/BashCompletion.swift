/// Completions for bash 4.3 and later. They need no other package.
package enum BashCompletion {
    /// The whole script: the tables of the program, and a driver that is the same for every
    /// program.
    package static func render(_ program: ProgramDescription) -> String {
        let name = program.name
        return """
            # shellcheck shell=bash
            # Completions for \(name) in bash. Generated: change the program instead.


            """ + CompletionTables(program).functions("__\(name)")
                + driver.replacing("@NAME@", with: name)
    }

    /// Finds the place of the cursor in the command line and offers candidates. The functions share
    /// the local variables of `_NAME`, which calls them:
    ///
    /// * `words` are the words before the cursor, without quotes. `path` is the command that they
    ///   name, such as `list tokens`, and `operands` the number of operands after it.
    /// * `given` has the options so far, with a blank around each. `skip` is an option that takes
    ///   the next word as its value, and `only_operands` is set after `--`.
    /// * `current` is the typed beginning of the candidate. `prefix` is the part of the word before
    ///   it: `--output=`, `-o`, an opening quote, or `@`.
    /// * `kept` is the part of the word that readline keeps. It replaces only what follows the last
    ///   character of `COMP_WORDBREAKS`, so a candidate must not repeat `kept`.
    /// * `kind` and `list` are the completion that was found, as `Completion.kind` and
    ///   `Completion.list` have them. `meanings` are the descriptions of `COMPREPLY`.
    ///
    /// The order of the tests in `_NAME` decides: a word after an option with a value is that value,
    /// whatever it looks like, and after `--` nothing is an option any more.
    ///
    /// Bash 4.3 was the first to assign to `words[-1]`. `compopt -o nosort` came with 4.4; where it
    /// fails, readline sorts the candidates.
    private static let driver = #"""
        # Sets words to the command line up to the cursor, without the program's own name. Readline
        # also splits at '=', ':' and '@'; pieces without a blank between them are joined again.
        __@NAME@_read() {
            local line=${COMP_LINE:0:COMP_POINT} index piece
            for ((index = 0; index <= COMP_CWORD; index++)); do
                piece=${COMP_WORDS[index]}
                if ((index == 0)) || [[ $line == [[:space:]]* ]]; then
                    line=${line#"${line%%[![:space:]]*}"}
                    words+=('')
                fi
                if ((index == COMP_CWORD)); then piece=$line; fi
                words[-1]+=$piece
                line=${line#"$piece"}
            done
            words=("${words[@]:1}")
        }

        # Removes quotes and backslashes from word.
        __@NAME@_unquote() {
            local rest=$word open='' character
            word=''
            while [[ $rest ]]; do
                character=${rest:0:1} rest=${rest:1}
                if [[ $open && $character == "$open" ]]; then
                    open=''
                elif [[ ! $open && $character == [\"\'] ]]; then
                    open=$character
                elif [[ $open != \' && $character == \\ ]]; then
                    word+=${rest:0:1} rest=${rest:1}
                else
                    word+=$character
                fi
            done
        }

        # Sets list to the options that can still be given: others would be repeated.
        __@NAME@_options() {
            local entry names name
            list=()
            for entry in "${own_options[@]}" "${global_options[@]}"; do
                names=${entry%%$'\t'*}
                for name in $names; do
                    if [[ $names != *... && $given == *" $name "* ]]; then continue 2; fi
                done
                for name in ${names%...}; do
                    list+=("$name"$'\t'"${entry#*$'\t'}")
                done
            done
        }

        # Adds the candidate $1, without the part of the word that readline keeps.
        __@NAME@_add() {
            local text=$prefix$1
            text=${text#"$kept"}
            if [[ ! $quote ]]; then printf -v text %q "$text"; fi
            COMPREPLY+=("$text")
        }

        # Adds the candidates of list that match the typed text, and their descriptions to meanings.
        __@NAME@_offer() {
            local line value
            compopt -o nosort 2>/dev/null
            for line in "${list[@]}"; do
                value=${line%%$'\t'*}
                if [[ $value && $value == "$current"* ]]; then
                    meanings+=("${line:${#value}+1}")
                    __@NAME@_add "$value"
                fi
            done
        }

        # Adds the paths that match the typed text; $1 is the option of compgen.
        __@NAME@_paths() {
            local path paths
            mapfile -t paths < <(compgen "$1" -- "$current")
            if [[ $prefix == "$kept" ]] && ((${#COMPREPLY[@]} == 0)); then
                compopt -o filenames 2>/dev/null
                COMPREPLY=("${paths[@]}")
                return
            fi
            # Readline does not recognize these as paths.
            for path in "${paths[@]}"; do
                if [[ -d $path ]]; then path+=/; fi
                __@NAME@_add "$path"
            done
            if ((${#COMPREPLY[@]} == 1)) && [[ ${COMPREPLY[0]} == */ ]]; then
                compopt -o nospace 2>/dev/null
            fi
        }

        # Appends its description to each candidate, cut to the width of the terminal.
        __@NAME@_explain() {
            local index text meaning longest=0 room
            for text in "${COMPREPLY[@]}"; do
                if ((${#text} > longest)); then longest=${#text}; fi
            done
            for index in "${!meanings[@]}"; do
                text=${COMPREPLY[index]} meaning=${meanings[index]}
                # 4 columns for two blanks and two parentheses.
                room=$((COLUMNS - longest - 4))
                if ((room > 8)); then
                    printf -v text '%s%*s' "$text" $((longest - ${#text})) ''
                else
                    room=$((COLUMNS - ${#text} - 4))
                fi
                if ((${#meaning} > room && room > 0)); then meaning=${meaning:0:room-1}…; fi
                if [[ $meaning ]] && ((room > 0)); then COMPREPLY[index]="$text  ($meaning)"; fi
            done
        }

        _@NAME@() {
            local IFS=$' \t\n' words=() word path='' skip='' only_operands='' given=' ' operands=0
            local subcommands=() own_options=() global_options=() kind=none list=() meanings=()
            local current prefix='' kept quote='' index
            COMPREPLY=()
            __@NAME@_read
            current=${words[-1]}
            kept=${current%"$2"}
            unset 'words[-1]'

            __@NAME@_describe ''
            for index in "${!words[@]}"; do
                word=${words[index]}
                __@NAME@_unquote
                words[index]=$word
                if [[ $skip ]]; then
                    skip=''
                elif [[ ! $only_operands && $word == -- ]]; then
                    only_operands=1
                elif [[ ! $only_operands && $word == -?* ]]; then
                    given+="${word%%=*} "
                    if __@NAME@_value "$path" "$word"; then skip=$word; fi
                elif ((${#subcommands[@]} > 0)); then
                    path=${path:+$path }$word
                    __@NAME@_describe "$path" || return 0
                else
                    operands=$((operands + 1))
                fi
            done

            if [[ $skip ]]; then
                __@NAME@_value "$path" "$skip"
            elif [[ ! $only_operands && $current == --*=* ]]; then
                prefix=${current%%=*}=
                __@NAME@_value "$path" "${prefix%=}" || return 0
            elif [[ ! $only_operands && $current == -[!-]?* ]] &&
                __@NAME@_value "$path" "${current:0:2}"; then
                prefix=${current:0:2}
            elif [[ ! $only_operands && $current == -* ]]; then
                kind=words
                __@NAME@_options
            elif ((${#subcommands[@]} > 0)); then
                kind=words list=("${subcommands[@]}")
            else
                __@NAME@_operand "$path" "$operands"
            fi
            current=${current#"$prefix"}
            if [[ $current == [\"\']* ]]; then
                quote=${current:0:1}
                prefix+=$quote current=${current:1}
            fi
            if [[ $kind == at-file && $current == @* ]]; then
                kind=file prefix+=@ current=${current:1}
            fi

            case $kind in
                dynamic | dynamic-or-file)
                    mapfile -t list < <(
                        @NAME@ __complete "${list[0]}" -- "${words[@]}" "$current" 2>/dev/null
                    )
                    ;;&
                words | dynamic | dynamic-or-file) __@NAME@_offer ;;&
                file | dynamic-or-file) __@NAME@_paths -f ;;
                directory) __@NAME@_paths -d ;;
            esac
            # Descriptions only for lists, after a second TAB (63) or at once (33, 64): in all other
            # cases readline inserts the text.
            case ${COMP_TYPE:-} in
                33 | 63 | 64) if ((${#COMPREPLY[@]} > 1)); then __@NAME@_explain; fi ;;
            esac
        }

        complete -F _@NAME@ @NAME@

        """#
}
