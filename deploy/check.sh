#!/usr/bin/env bash
# Whether a published server works away from the repository: deploy/check.sh [FOLDER], or without one publishes for this machine first.
# Starts it from another folder with an empty cache, asks for its health and for an answer of the demo model, and stops it.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

if [ $# -eq 0 ]; then
  published=$(PUBLISH_OPTIONS="-p:PublishReadyToRunComposite=false -p:RunAnalyzers=false" "$here/publish.sh") || {
    status=$?
    [ "$status" -eq 3 ] || exit "$status"
    echo "deploy/check.sh: nothing was published, so nothing was checked"
    exit 0
  }
  set -- "$here/../$published"
fi

work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill -9 "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
fail() { echo "deploy/check.sh: $1" >&2; sed 's/^/  /' "$work/log" >&2; exit 1; }

# Moved and linked to, so that nothing is found by where it was built.
cp -R "$1" "$work/moved"
mkdir "$work/elsewhere" "$work/home"
ln -s "$work/moved/mlxactors" "$work/elsewhere/mlxactors"
cd "$work/elsewhere"
HOME=$work/home HF_HOME=$work/home/hf ./mlxactors serve --port 0 > "$work/log" 2>&1 &
server=$!

url=
for _ in $(seq 600); do
  url=$(sed -n 's:^ *Ready *\(http.*\)/v1/.*:\1:p' "$work/log")
  [ -z "$url" ] || break
  kill -0 "$server" 2>/dev/null || fail "it ended before it listened"
  sleep 0.1
done
[ -n "$url" ] || fail "it does not listen after a minute"

curl --fail --silent --show-error --retry 60 --retry-delay 1 --retry-all-errors "$url/health" > "$work/health" || fail "/health is not 200"
curl --fail --silent --show-error --max-time 120 "$url/v1/chat/completions" -H 'Content-Type: application/json' \
  -d '{"model": "demo", "temperature": 0, "messages": [{"role": "user", "content": "Who are you?"}]}' > "$work/chat" || fail "no answer"
grep -q '"finish_reason":"stop"' "$work/chat" || fail "no whole answer: $(cat "$work/chat")"
curl --fail --silent --show-error "$url/" | grep -q '<title>MlxActors' || fail "no chat page"

kill -TERM "$server"
wait "$server" || fail "SIGTERM ended it with code $?"
server=
echo "deploy/check.sh: $1 serves from another folder: $(sed 's/.*"content":"\([^"]*\)".*/\1/' "$work/chat")"
