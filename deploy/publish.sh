#!/usr/bin/env bash
# Publishes the server: deploy/publish.sh [RID]…, such as linux-x64, linux-arm64, osx-arm64; without one, for this machine.
# Their folders are all that it writes to standard output; 3 is the exit code of a registry without the runtime for one.
# PUBLISH_OPTIONS is handed on to dotnet publish: -p:PublishReadyToRunComposite=false is quicker, and starts more slowly.
# Each ends up in artifacts/dist/mlxactors-RID: one program that needs no .NET, with hocon/ and models/ beside it; and as a .tar.gz.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

own() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) echo linux-x64 ;;
    Linux-aarch64) echo linux-arm64 ;;
    Darwin-arm64) echo osx-arm64 ;;
    *) echo "deploy/publish.sh: name a runtime identifier; none is known for $(uname -s) $(uname -m)" >&2; exit 1 ;;
  esac
}

if [ $# -eq 0 ]; then
  rid=$(own)
  set -- "$rid"
fi
sh eng/packages.sh
for rid in "$@"; do
  out=artifacts/dist/mlxactors-$rid
  rm -rf "$out" "$out.tar.gz"
  # Outputs of their own, so that the builds of the repository stay as they are.
  options=(-r "$rid" -v quiet -p:ArtifactsPath="$PWD/artifacts/publish" -p:DebugType=embedded ${PUBLISH_OPTIONS:-})
  dotnet restore src/Web "${options[@]}" -p:PublishReadyToRun=true >&2 || {
    echo "deploy/publish.sh: the package registry does not give what $rid needs" >&2
    exit 3
  }
  dotnet publish src/Web -c Release -o "$out" --no-restore -clp:NoSummary "${options[@]}" >&2
  tar -C artifacts/dist -czf "$out.tar.gz" "mlxactors-$rid"
  echo "$out"
done
