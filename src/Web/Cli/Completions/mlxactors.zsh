#compdef mlxactors
# Completions of mlxactors for zsh. In ~/.zshrc, after compinit: source <(mlxactors completions zsh)
# The program itself knows what may come next; where it knows nothing, files do.
_mlxactors() {
  local line="${(j: :)words[2,CURRENT]}"
  local -a entries
  entries=("${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
  compadd -a entries || _files
}
if [ "$funcstack[1]" = "_mlxactors" ]; then
  _mlxactors "$@"
else
  compdef _mlxactors mlxactors
fi
