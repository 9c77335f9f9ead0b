/// What completions of every shell are made from: each command with the words that lead to it.
struct CompletionPlace {
  /// `/data/get`, or nothing at the beginning.
  var at: String
  var command: Command

  static func all(of root: Command) -> [CompletionPlace] {
    var places: [CompletionPlace] = []
    root.visit([]) { command, path in
      places.append(CompletionPlace(at: path.map { "/" + $0 }.joined(), command: command))
    }
    return places
  }

  var flags: [FlagDescription] { command.allFlags.map(\.description) }
  /// Words that may stand here: commands, or names that an argument knows.
  var words: [String] {
    command.subcommands.map(\.name) + command.arguments.flatMap(\.description.form.words)
  }
  /// Flags whose value the shell can offer.
  var flagsWithWords: [FlagDescription] { flags.filter { !$0.form.words.isEmpty } }
}

/// `text` in single quotes, as shells read it.
private func quoted(_ text: String) -> String { "'" + text.replacing("'", with: #"'\''"#) + "'" }

enum BashCompletions {
  static func text(of root: Command) -> String {
    let places = CompletionPlace.all(of: root)
    let known = places.map(\.at).filter { !$0.isEmpty }.joined(separator: "|")
    let cases = places.map { place in
      let words = place.words.joined(separator: " ")
      let flags = place.flags.map(\.name).joined(separator: " ")
      return "    \(quoted(place.at))) words=\(quoted(words)) flags=\(quoted(flags)) ;;"
    }
    let values = places.flatMap { place in
      place.flagsWithWords.map { flag in
        let words = flag.form.words.joined(separator: " ")
        return "    \(quoted(place.at + " " + flag.name))) words=\(quoted(words)) flags='' ;;"
      }
    }
    return """
      # bash completion for digitctl
      _digitctl() {
        local at='' words='' flags='' word
        local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
        for word in "${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
          case "$at/$word" in
            \(known)) at=$at/$word ;;
          esac
        done
        case "$at" in
      \(cases.joined(separator: "\n"))
        esac
        case "$at $previous" in
      \(values.joined(separator: "\n"))
          *) ;;
        esac
        if [[ $current == -* ]]; then words=$flags; fi
        COMPREPLY=()
        while IFS='' read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$words" -- "$current")
      }
      complete -o bashdefault -o default -F _digitctl digitctl
      """
  }
}

enum ZshCompletions {
  static func text(of root: Command) -> String {
    let places = CompletionPlace.all(of: root)
    let known = places.map(\.at).filter { !$0.isEmpty }.joined(separator: "|")
    let cases = places.map { place in
      let commands = place.command.subcommands.map { quoted("\($0.name):\($0.abstract)") }
      let names = place.command.arguments.flatMap(\.description.form.words).map(quoted)
      let flags = place.flags.map { quoted("\($0.name):\($0.abstract)") }
      return """
            (\(quoted(place.at)))
              choices=(\((commands + names).joined(separator: " ")))
              flags=(\(flags.joined(separator: " "))) ;;
        """
    }
    let values = places.flatMap { place in
      place.flagsWithWords.map { flag in
        let words = flag.form.words.map(quoted).joined(separator: " ")
        return "    (\(quoted(place.at + " " + flag.name))) compadd -- \(words); return ;;"
      }
    }
    return """
      #compdef digitctl
      # zsh completion for digitctl
      _digitctl() {
        local at='' word
        local -a choices flags
        for word in "${(@)words[2,CURRENT-1]}"; do
          case "$at/$word" in
            (\(known)) at=$at/$word ;;
          esac
        done
        case "$at" in
      \(cases.joined(separator: "\n"))
        esac
        case "$at $words[CURRENT-1]" in
      \(values.joined(separator: "\n"))
          (*) ;;
        esac
        if [[ $words[CURRENT] == -* ]]; then
          _describe flag flags
        else
          (( $#choices )) && _describe choice choices
          _files
        fi
      }
      if [[ $funcstack[1] == _digitctl ]]; then _digitctl "$@"; else compdef _digitctl digitctl; fi
      """
  }
}

enum FishCompletions {
  static func text(of root: Command) -> String {
    let places = CompletionPlace.all(of: root)
    let known = places.map(\.at).filter { !$0.isEmpty }.joined(separator: " ")
    var lines = [
      """
      # fish completion for digitctl
      function __digitctl_at
        set -l at ''
        set -l words (commandline -opc)
        for word in $words[2..-1]
          switch "$at/$word"
            case \(known)
              set at "$at/$word"
          end
        end
        test "$at" = "$argv[1]"
      end
      """
    ]
    for place in places {
      let head = "complete -c digitctl -n \(quoted("__digitctl_at '\(place.at)'"))"
      for command in place.command.subcommands {
        lines.append("\(head) -f -a \(command.name) -d \(quoted(command.abstract))")
      }
      for argument in place.command.arguments where !argument.description.form.words.isEmpty {
        let words = argument.description.form.words.joined(separator: " ")
        lines.append("\(head) -a \(quoted(words)) -d \(quoted(argument.description.name))")
      }
      lines += place.flags.map { head + line(of: $0) }
    }
    return lines.joined(separator: "\n")
  }

  private static func line(of flag: FlagDescription) -> String {
    var line = " -l \(flag.key)" + (flag.short.map { " -s \($0.dropFirst())" } ?? "")
    if !flag.form.words.isEmpty {
      line += " -x -a \(quoted(flag.form.words.joined(separator: " ")))"
    } else if flag.takesValue {
      line += " -r"
    }
    return line + " -d \(quoted(flag.abstract))"
  }
}
