/**
 * What each shell reads once. It asks `drover complete -- WORDS` for what the last word could become: a line each, with a
 * description behind a tab. Nothing that was typed is ever evaluated.
 */
export const completionScripts = {
  bash: `# drover completion bash: add this to ~/.bashrc:  source <(drover completion bash)
_drover() {
  local line word words head
  set -f
  words=(\${COMP_LINE:0:COMP_POINT})
  set +f
  word=
  case "\${COMP_LINE:0:COMP_POINT}" in *[![:space:]]) word=\${words[\${#words[@]}-1]} ;; *) words+=("") ;; esac
  # bash replaces what stands behind the last of these.
  head=\${word%"\${word##*[:=]}"}
  COMPREPLY=()
  while IFS= read -r line; do
    line=\${line%%$'\\t'*}
    COMPREPLY+=("\${line#"$head"}")
  done < <(drover complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -o default -F _drover drover
`,
  zsh: `#compdef drover
# drover completion zsh: add this to ~/.zshrc, after compinit:  source <(drover completion zsh)
_drover() {
  local line
  local -a values
  while IFS= read -r line; do
    values+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done < <(drover complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#values} )); then _describe drover values; else _files; fi
}
compdef _drover drover
`,
  fish: `# drover completion fish: write this to ~/.config/fish/completions/drover.fish
function __drover_complete
    set -l words (commandline -opc) (commandline -ct)
    drover complete -- $words[2..-1] 2>/dev/null
end
complete -c drover -a '(__drover_complete)'
`,
  powershell: `# drover completion powershell: add this to $PROFILE:  drover completion powershell | Out-String | Invoke-Expression
# (not tried by drover's own tests)
Register-ArgumentCompleter -Native -CommandName drover -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  if ($wordToComplete -eq '') { $words += '' }
  & drover complete '--' @words 2>$null | ForEach-Object {
    $value, $description = $_ -split "\`t", 2
    if (-not $description) { $description = $value }
    [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $description)
  }
}
`,
} as const
