#!/usr/bin/env bash
# Packs the libraries and installs them where nothing of this repository is at hand: in a program in an empty folder, and in a cell of a notebook.
# Everything but our packages comes from NuGet's ordinary cache and sources.
set -euo pipefail
repository=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
version=0.0.$(date +%s)   # NuGet's cache never reads a version twice
cache=$(dotnet nuget locals global-packages --list | sed 's/^[^:]*: *//')
trap 'rm -rf "$work" "$cache"/triviallayers*/"$version"' EXIT

fail() { echo "consumer: $1" >&2; exit 1; }
expect() { grep -q -- "$2" "$1" || { cat "$1" >&2; fail "no \"$2\" in the output above"; }; } # file, text

for library in TrivialLayers TrivialLayers.Figures TrivialLayers.Onnx TrivialLayers.Reproduction TrivialLayers.Interactive; do
  dotnet pack "$repository/lib/$library" -c Release -p:PackageVersion="$version" -o "$work/feed" -v quiet --nologo
done

# What a person has who found the packages: a new program, and a source that holds them.
export RestoreAdditionalProjectSources="$work/feed" CreateHardLinksForCopyLocalIfPossible=true
mkdir "$work/program" && cp "$repository"/tests/Consumer/{*.cs,*.csproj,Directory.*} "$work/program" && cd "$work/program"
dotnet add package TrivialLayers.Figures >"$work/add" || { cat "$work/add"; exit 1; }
grep -q "\"$version\"" Consumer.csproj || fail "not $version was installed"

# Without libtorch the program says in a sentence which package to add. That one is added.
! dotnet run -c Release >"$work/without" 2>&1 || fail "the program ran without libtorch"
expect "$work/without" "libtorch was not found: add its package to the program: dotnet add package libtorch-cpu-"
libtorch=$(grep -o "libtorch-cpu-[a-z0-9-]* --version [0-9.]*" "$work/without" | head -1)
dotnet add package $libtorch >"$work/add" || { cat "$work/add"; exit 1; }

# On Linux libtorch has oneDNN, and the library tries its convolutions in a process beside the program, which must start from here too.
tried() { [ "$(uname)" != Linux ] || grep -qs '"Fault":null' "$1"/trivial-layers/convolutions/* || fail "no convolution was tried from $2"; }
XDG_CACHE_HOME="$work/program-cache" dotnet run -c Release >"$work/with" 2>&1 || { cat "$work/with"; fail "the program failed"; }
expect "$work/with" "trained: 1 epoch of 2 batches"
expect "$work/with" "swept: 9 layers"
tried "$work/program-cache" "the program"
expect accuracy.svg "<svg"
[ "$(head -c 4 accuracy.png | tail -c 3)" = PNG ] || fail "accuracy.png is no picture"
unexpected=$(ls | grep -vE '^(bin|obj|runs|accuracy\.(svg|png)|Consumer\.csproj|Program\.cs|Directory\..*)$' || true)
[ -z "$unexpected" ] || fail "the program left $unexpected"

mkdir "$work/notebook" && sed "s/LIBTORCH/${libtorch/ --version/,}/" "$repository/tests/Consumer/sweep.ipynb" >"$work/notebook/sweep.ipynb" && cd "$work/notebook"
XDG_CACHE_HOME="$work/notebook-cache" dotnet run -c Release --project "$repository/lib/NotebookHost" -- run sweep.ipynb --out reports >"$work/cells" 2>&1 || { cat "$work/cells"; fail "the notebook failed"; }
expect reports/sweep.ipynb "swept: 9 layers"
tried "$work/notebook-cache" "the notebook"

echo "consumer: trained, swept and drew with packages of $(du -ch "$work"/feed/*.nupkg | tail -1 | cut -f1)"
