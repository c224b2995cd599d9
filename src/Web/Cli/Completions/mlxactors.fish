# Completions of mlxactors for fish: mlxactors completions fish > ~/.config/fish/completions/mlxactors.fish
# The program itself knows what may come next; where it knows nothing, files do.
function __mlxactors_complete
    set -l words (commandline --tokens-expanded --cut-at-cursor 2>/dev/null; or commandline --tokenize --cut-at-cursor)
    set -l line (string join ' ' -- $words[2..] (commandline --current-token --cut-at-cursor))
    $words[1] "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
end
complete --command mlxactors --arguments '(__mlxactors_complete)'
