#!/usr/bin/env bash
# Builds everything and runs all tests. The last line counts them: N passed, N failed, N skipped.
# Further arguments go to `dotnet test`, for instance: ./test.sh --filter FullyQualifiedName~Tokenizer
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

command -v dotnet >/dev/null || { echo "test.sh: the .NET 10 SDK is not on the PATH (https://dotnet.microsoft.com/download)" >&2; exit 1; }
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

sh eng/packages.sh

dotnet build MlxActors.sln -c Release -v minimal -clp:NoSummary || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }

log=$(mktemp)
trap 'rm -f "$log"' EXIT
dotnet test MlxActors.sln -c Release --no-build -m:1 --logger "console;verbosity=minimal" "$@" 2>&1 | tee "$log"
status=${PIPESTATUS[0]}

# The runner closes each assembly with a line such as: Passed!  - Failed: 0, Passed: 10, Skipped: 1, Total: 11, ...
counts=$(awk -F'[:,]' '/Failed: +[0-9]+, Passed: +[0-9]+, Skipped: +[0-9]+/ {
  for (i = 1; i < NF; i++) { if ($i ~ /Failed$/) f += $(i+1); if ($i ~ /Passed$/) p += $(i+1); if ($i ~ /Skipped$/) s += $(i+1) }
} END { printf "%d passed, %d failed, %d skipped", p, f, s }' "$log")
echo "$counts"
case "$counts" in
  "0 passed"*) exit 1 ;;
esac
exit "$status"
