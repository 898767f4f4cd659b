/// Completions for zsh, as an autoloaded function in a file `_NAME`.
package enum ZshCompletion {
    /// The whole file: the tables of the program, and a driver that is the same for every program.
    package static func render(_ program: ProgramDescription) -> String {
        let name = program.name
        return """
            #compdef \(name)
            # Completions for \(name) in zsh. Generated: change the program instead.


            """ + CompletionTables(program).functions("_\(name)")
                + driver.replacing("@NAME@", with: name)
    }

    /// Finds the place of the cursor in the command line and offers candidates. The functions share
    /// the local variables of `_NAME`, which calls them:
    ///
    /// * `typed` are the words before the cursor, without quotes. `where` is the command that they
    ///   name, and `operands` the number of operands after it.
    /// * `given`, `skip` and `only_operands` mean what they mean in the driver for bash. `given` is
    ///   an array here.
    /// * `PREFIX` belongs to zsh: the typed part of the current word. `compset -P` takes `--output=`
    ///   or `@` off it, so candidates do not have to repeat that.
    ///
    /// `_arguments` is not used: its specifications would be a second form of the tables, and the
    /// shells could differ. The status of the function is 0 if there was a candidate; otherwise zsh
    /// tries its other completers.
    ///
    /// The last lines serve both ways to load the file. Found in `fpath`, it is the body of `_NAME`
    /// at the first call, which has to complete something at once. Read with `source`, it only
    /// registers the function.
    private static let driver = #"""
        # Offers the candidates of list, under the tag $1, in this order: _describe would sort them.
        _@NAME@_offer() {
          local line value expl
          local -a values lines layout
          for line in "${list[@]}"; do
            value=${line%%$'\t'*}
            values+=("$value")
            value=${value//:/\\:}
            if [[ $line == *$'\t'* ]]; then
              layout=(-l -d lines)
              value+=:${line#*$'\t'}
            fi
            lines+=("$value")
          done
          zformat -a lines ' -- ' "${lines[@]}"
          lines=("${(@r:COLUMNS-1:)lines}")
          _wanted -V $1 expl ${1//-/ } compadd $layout -a values
        }

        # Offers the options $2 and following that can still be given, under the tag $1.
        _@NAME@_options() {
          local entry
          local -a names
          list=()
          for entry in "${@[2,-1]}"; do
            names=(${=entry%%$'\t'*})
            if [[ $names[-1] == ... ]]; then
              names[-1]=()
            elif (( ${#names:*given} )); then
              continue
            fi
            list+=("${^names[@]}"$'\t'"${entry#*$'\t'}")
          done
          _@NAME@_offer $1
        }

        # Offers the values of the kind $list[1], which the program knows.
        _@NAME@_ask() {
          local kind=$list[1]
          list=(${(f)"$(@NAME@ __complete $kind -- "${typed[@]}" "${(Q)PREFIX}" 2>/dev/null)"})
          _@NAME@_offer $kind
        }

        _@NAME@() {
          local word where skip only_operands kind=none
          local -a typed=("${(@Q)words[2,CURRENT-1]}")
          local -a given subcommands own_options global_options list
          local -i operands=0 found=1

          _@NAME@_describe ''
          for word in "${typed[@]}"; do
            if [[ -n $skip ]]; then
              skip=
            elif [[ -z $only_operands && $word == -- ]]; then
              only_operands=1
            elif [[ -z $only_operands && $word == -?* ]]; then
              given+=("${word%%=*}")
              if _@NAME@_value "$where" "$word"; then skip=$word; fi
            elif (( $#subcommands )); then
              where+=${where:+ }$word
              _@NAME@_describe "$where" || return 1
            else
              operands+=1
            fi
          done

          if [[ -n $skip ]]; then
            _@NAME@_value "$where" "$skip"
          elif [[ -z $only_operands && $PREFIX == --*=* ]]; then
            _@NAME@_value "$where" "${PREFIX%%=*}" || return 1
            compset -P 1 '*='
          elif [[ -z $only_operands && $PREFIX == -[^-]?* ]] &&
            _@NAME@_value "$where" "${PREFIX[1,2]}"; then
            compset -P '-?'
          elif [[ -z $only_operands && $PREFIX == -* ]]; then
            _@NAME@_options options "${own_options[@]}" && found=0
            _@NAME@_options global-options "${global_options[@]}" && found=0
            return found
          elif (( $#subcommands )); then
            list=("${subcommands[@]}")
            _@NAME@_offer commands
            return
          else
            _@NAME@_operand "$where" $operands
          fi

          case $kind in
            words) _@NAME@_offer values ;;
            dynamic) _@NAME@_ask ;;
            dynamic-or-file)
              _@NAME@_ask && found=0
              _files && found=0
              return found
              ;;
            file) _files ;;
            directory) _files -/ ;;
            at-file) compset -P @ && _files ;;
            *) return 1 ;;
          esac
        }

        if [ "$funcstack[1]" = "_@NAME@" ]; then
          _@NAME@ "$@"
        else
          compdef _@NAME@ @NAME@
        fi

        """#
}
