#!/bin/sh
# compile.sh MINOR FOLDER: byte-compile FOLDER with a Python of exactly that minor version.
#
# Lambda unzips a layer without keeping times, so byte code that is checked by time stamp is thrown away: it is
# written `unchecked-hash`. Byte code of another minor version would be ignored, so without the right interpreter
# there is none, and a cold start pays for compiling.
set -eu
minor=$1
folder=$2

fits() {
    [ -n "$1" ] && [ "$("$1" -I -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = "$minor" ]
}

for candidate in "${LISTBRIDGE_PYTHON:-}" "$(command -v "python$minor" || true)" \
    "$HOME"/.pyenv/versions/"$minor".*/bin/"python$minor" "/usr/local/bin/python$minor" "/usr/bin/python$minor"; do
    if fits "$candidate"; then
        "$candidate" -I -m compileall -q -j 0 --invalidation-mode unchecked-hash "$folder"
        exit 0
    fi
done
echo "WARNING: no Python $minor found: the layer ships without byte code, so cold starts take about 0.6 s longer" >&2
