#!/usr/bin/env bash
# Kills a run at ten random moments and looks at what it left: benches/kill_runs.sh BINARY CSV OUT [ARGUMENT…]
# The report that stood before must stand whole, `latest` must name it, and nothing half-written may have a report's name.
set -euo pipefail
binary=$1 csv=$2 out=$3
shift 3
rm -rf "$out"
"$binary" run pipelines/bench.toml --input "$csv" --out "$out" --quiet "$@"
before=$(readlink "$out/latest")
sums=$(cd "$out/$before" && sha256sum ./* | sha256sum)
whole=$(date +%s%N)
"$binary" run pipelines/bench.toml --input "$csv" --out "$out" --as-of 2025-12-31 --quiet "$@"
whole=$((($(date +%s%N) - whole) / 1000000))
rm -rf "$out"/2025-12-31-*
ln -sfn "$before" "$out/latest"
RANDOM=7
for round in 1 2 3 4 5 6 7 8 9 10; do
    delay=$((RANDOM * whole / 32768))
    "$binary" run pipelines/bench.toml --input "$csv" --out "$out" --as-of 2025-12-31 --quiet "$@" &
    run=$!
    sleep "$(printf '%d.%03d' $((delay / 1000)) $((delay % 1000)))"
    kill -9 "$run" 2>/dev/null || true
    wait "$run" 2>/dev/null || true
    names=$(cd "$out" && for name in *; do printf '%s ' "$name"; done)
    after=$(cd "$out/$(readlink "$out/latest")" && sha256sum ./* | sha256sum)
    verdict=whole
    [ "$(readlink "$out/latest")" = "$before" ] && [ "$after" = "$sums" ] && [ "$names" = "$before latest " ] || verdict=BROKEN
    printf 'round %d: killed after %d ms of %d: %s (%s)\n' "$round" "$delay" "$whole" "$verdict" "$names"
done
