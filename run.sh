#!/usr/bin/env bash
# Builds the server and runs it: ./run.sh [alias] [--port N] …, or ./run.sh pull|list|show|rm|run|doctor … (./run.sh --help)
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

command -v dotnet >/dev/null || {
  echo "run.sh: the .NET 10 SDK is not on the PATH (https://dotnet.microsoft.com/download)" >&2
  exit 1
}
dotnet --list-sdks | grep -qE '^([1-9][0-9]{2,}|[1-9][0-9])\.' || {
  echo "run.sh: the .NET 10 SDK is needed; dotnet --list-sdks says: $(dotnet --list-sdks | tr '\n' ' ')" >&2
  exit 1
}
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

sh "$root/eng/packages.sh"

# Says where the server is, or else what is wrong. From the root, because global.json counts from there.
server="$(cd "$root" && dotnet build src/Web -c Release -t:Build -v quiet -clp:NoSummary -getProperty:TargetPath)" || {
  echo "$server" >&2
  exit 1
}

# In place of this shell, so that signals reach the server itself.
exec dotnet "$server" "$@"
