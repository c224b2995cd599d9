#!/usr/bin/env bash
# Builds everything and runs all tests. The last line counts them: N passed, N failed, N skipped.
# Further arguments go to `dotnet test`, for instance: ./test.sh --filter FullyQualifiedName~Tokenizer
# The specs of the actors run a second time, on the stand-ins; MLXACTORS_TEST_STANDINS=no leaves that out.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

command -v dotnet >/dev/null || { echo "test.sh: the .NET 10 SDK is not on the PATH (https://dotnet.microsoft.com/download)" >&2; exit 1; }
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0

# run PROJECT [BUILD PROPERTY]…: builds it and runs its tests.
run() {
  local project=$1
  shift
  if ! dotnet build "$project" -c Release -v minimal -clp:NoSummary "$@"; then
    echo "$project does not build: Failed: 1, Passed: 0, Skipped: 0," >> "$log"
    status=1
    return
  fi
  dotnet test "$project" -c Release --no-build -m:1 --logger "console;verbosity=minimal" "$@" "${filter[@]}" 2>&1 | tee -a "$log"
  [ "${PIPESTATUS[0]}" -eq 0 ] || status=1
}

filter=("$@")
sh eng/packages.sh
run MlxActors.sln
if [ "${MLXACTORS_TEST_STANDINS:-yes}" != no ] && [ "$(dotnet msbuild src/Web -getProperty:AkkaStandins)" = false ]; then
  run tests/Standins.Tests -p:Standins=true
  run tests/Actors.Tests -p:Standins=true
fi

# The runner closes each assembly with a line such as: Passed!  - Failed: 0, Passed: 10, Skipped: 1, Total: 11, ...
counts=$(awk -F'[:,]' '/Failed: +[0-9]+, Passed: +[0-9]+, Skipped: +[0-9]+/ {
  for (i = 1; i < NF; i++) { if ($i ~ /Failed$/) f += $(i+1); if ($i ~ /Passed$/) p += $(i+1); if ($i ~ /Skipped$/) s += $(i+1) }
} END { printf "%d passed, %d failed, %d skipped", p, f, s }' "$log")
case "$counts" in
  "0 passed, 0 failed"*) status=1 ;;
esac
echo "$counts"
exit "$status"
