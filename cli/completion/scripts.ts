import type { CommandWords } from './tree.js';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

const words = (c: CommandWords): string[] => [
  ...c.subcommands.map((s) => s.name),
  ...c.options.flatMap((o) => o.flags),
  '--help',
];
const withValue = (c: CommandWords): string[] => c.options.filter((o) => o.takesValue).flatMap((o) => o.flags);

/** The completion script of a shell: fixed text, nothing is run while completing. */
export function completionScript(shell: Shell, commands: readonly CommandWords[]): string {
  return shell === 'fish' ? fish(commands) : shell === 'zsh' ? zsh(commands) : bash(commands);
}

/** Goes over the words before the cursor to find the command, then offers its words, else files. */
function bash(commands: readonly CommandWords[]): string {
  const cases = (of: (c: CommandWords) => readonly string[]): string =>
    commands.map((c) => `    '${c.path}') echo '${of(c).join(' ')}' ;;`).join('\n');
  return `# bash completion of slipstream: source this, or put it into /etc/bash_completion.d
_slipstream_words() {
  case "$1" in
${cases(words)}
  esac
}
_slipstream_values() {
  case "$1" in
${cases(withValue)}
  esac
}
_slipstream() {
  local current=\${COMP_WORDS[COMP_CWORD]} path= i word next
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    next=\${path:+$path }$word
    [[ $word != -* && -n $(_slipstream_words "$next") ]] && path=$next
  done
  local before=\${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  if [[ $before == -* && " $(_slipstream_values "$path") " == *" $before "* ]]; then
    COMPREPLY=($(compgen -f -- "$current"))
    return
  fi
  COMPREPLY=($(compgen -W "$(_slipstream_words "$path")" -- "$current"))
  [[ $current != -* && \${#COMPREPLY[@]} -eq 0 ]] && COMPREPLY=($(compgen -f -- "$current"))
}
complete -o filenames -o bashdefault -F _slipstream slipstream
`;
}

/** zsh runs the bash function through its own compatibility layer. */
const zsh = (commands: readonly CommandWords[]): string => `#compdef slipstream
# zsh completion of slipstream: source this from ~/.zshrc
autoload -Uz compinit bashcompinit
(( \${+functions[compdef]} )) || compinit
bashcompinit
${bash(commands)}`;

function fish(commands: readonly CommandWords[]): string {
  const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
  const lines = commands.flatMap((c) => {
    const path = c.path.split(' ').filter((w) => w !== '');
    const here =
      path.length === 0
        ? '__fish_use_subcommand'
        : path.map((w) => `__fish_seen_subcommand_from ${w}`).join('; and ') +
          (c.subcommands.length > 0
            ? `; and not __fish_seen_subcommand_from ${c.subcommands.map((s) => s.name).join(' ')}`
            : '');
    return [
      ...c.subcommands.map(
        (s) => `complete -c slipstream -n ${quoted(here)} -f -a ${s.name} -d ${quoted(firstClause(s.description))}`,
      ),
      ...c.options.map((o) => {
        const long = o.flags.find((f) => f.startsWith('--'));
        const short = o.flags.find((f) => !f.startsWith('--'));
        return `complete -c slipstream -n ${quoted(here)}${long ? ` -l ${long.slice(2)}` : ''}${short ? ` -s ${short.slice(1)}` : ''}${
          o.takesValue ? ' -r' : ''
        } -d ${quoted(firstClause(o.description))}`;
      }),
    ];
  });
  return `# fish completion of slipstream: put this into ~/.config/fish/completions/slipstream.fish\n${lines.join('\n')}\n`;
}

const firstClause = (text: string): string => text.split(/[:;(]/, 1)[0]!.trim();
