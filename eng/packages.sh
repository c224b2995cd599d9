#!/bin/sh
# Tries to bring the packages that a registry may not carry into the machine's package cache, so that the build takes
# them instead of the stand-ins. Quick, and quiet without a network: a "no" is remembered for a day
# (artifacts/packages/unavailable; delete it to try again sooner). Never fails: the build works either way.

mlx_bring_packages() {
    root=$(CDPATH='' cd -- "$1" && pwd)
    probe=$root/artifacts/packages
    no=$probe/unavailable
    cache=${NUGET_PACKAGES:-$HOME/.nuget/packages}
    seconds=60

    version() { sed -n "s:.*<$1>\(.*\)</$1>.*:\1:p" "$root/eng/Standins.props"; }
    akka=$(version AkkaVersion)
    tokenizers=$(version TokenizersVersion)

    missing=
    for id in akka akka.dependencyinjection akka.hosting akka.streams akka.testkit akka.testkit.xunit2; do
        [ -e "$cache/$id/$akka/.nupkg.metadata" ] || missing=yes
    done
    [ -e "$cache/microsoft.ml.tokenizers/$tokenizers/.nupkg.metadata" ] || missing=yes
    [ -n "$missing" ] || return 0
    [ -z "$(find "$no" -mmin -1440 2>/dev/null)" ] || return 0

    # Not named like the packages: NuGet would take such a project for one of them.
    mkdir -p "$probe/bring-akka" "$probe/bring-tokenizers"
    mlx_probe Akka Akka.Hosting Akka.Streams Akka.TestKit.Xunit2 > "$probe/bring-akka/bring-akka.csproj"
    mlx_probe Microsoft.ML.Tokenizers > "$probe/bring-tokenizers/bring-tokenizers.csproj"

    # One after the other, each within its share of the time: one may be there without the other.
    mlx_restore "$probe/bring-akka/bring-akka.csproj" $((seconds / 2)) && akka_came=yes || akka_came=
    mlx_restore "$probe/bring-tokenizers/bring-tokenizers.csproj" $((seconds / 2)) && tokenizers_came=yes || tokenizers_came=
    if [ -n "$akka_came" ] && [ -n "$tokenizers_came" ]; then
        rm -f "$no"
    else
        touch "$no"
    fi
    return 0
}

mlx_probe() {
    echo '<Project Sdk="Microsoft.NET.Sdk">'
    echo '  <ItemGroup>'
    for id in "$@"; do
        echo "    <PackageReference Include=\"$id\" />"
    done
    echo '  </ItemGroup>'
    echo '</Project>'
}

# A restore that is stopped when its time is up; there is no `timeout` on a Mac.
mlx_restore() {
    dotnet restore "$1" -p:Standins=false --verbosity quiet > "$1.log" 2>&1 &
    restore=$!
    left=$(($2 * 5))
    while [ $left -gt 0 ] && kill -0 $restore 2>/dev/null; do
        sleep 0.2
        left=$((left - 1))
    done
    kill $restore 2>/dev/null && wait $restore 2>/dev/null && return 1
    wait $restore
}

mlx_bring_packages "$(dirname -- "$0")/.."
