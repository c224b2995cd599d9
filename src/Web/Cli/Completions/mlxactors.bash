# Completions of mlxactors for bash. In ~/.bashrc: eval "$(mlxactors completions bash)"
# The program itself knows what may come next; where it knows nothing, files do.
_mlxactors() {
  local line="${COMP_LINE:0:COMP_POINT}" word="${COMP_WORDS[COMP_CWORD]}" entry
  local arguments="${line#*[[:space:]]}"
  COMPREPLY=()
  while IFS= read -r entry; do
    [[ "$entry" == "$word"* ]] && COMPREPLY+=("$entry")
  done < <("${COMP_WORDS[0]}" "[suggest:${#arguments}]" "$arguments" 2>/dev/null)
}
complete -o default -F _mlxactors mlxactors
