# shellcheck shell=bash
# What the scripts of this folder share. Sourced, not run:
#   say, fail             a line to standard error; the latter also ends the script
#   need <what for>...    install what a fresh machine lacks for "build", "test", "ci", "cross" or "pictures"
#   export_openmp         find OpenMP, export DIGITKIT_OPENMP, say what was found
#   build_c, run_ctest    a CMake build of the C core, and its tests
#   symbol_graph          what is public in DigitKit, with its comments, as the compiler tells it
#
# Environment: DIGITKIT_OPENMP=<folder of omp.h>|none, DIGITKIT_WERROR=1 for warnings as errors,
# DIGITKIT_JOBS for compilers at a time.

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Two at a time by default: a kernel file takes most of a gigabyte to compile.
jobs=${DIGITKIT_JOBS:-2}

say() { printf '%s\n' "$*" >&2; }
fail() { say "error: $*"; exit 1; }
step() { printf '\n== %s\n' "$*" >&2; }

# MARK: Packages

have_command() { command -v "$1" >/dev/null 2>&1; }
have_header() {
  local folder
  for folder in /usr/include "/usr/include/$(uname -m)-linux-gnu" /usr/local/include \
    /opt/homebrew/include /opt/homebrew/opt/zlib/include; do
    [ -e "$folder/$1" ] && return 0
  done
  # macOS carries zlib in its SDK.
  have_command xcrun && [ -e "$(xcrun --show-sdk-path 2>/dev/null)/usr/include/$1" ]
}
have_openmp() { [ "${DIGITKIT_OPENMP:-}" = none ] || [ -n "$(find_openmp)" ]; }
have_arm64_headers() { [ -e /usr/aarch64-linux-gnu/include/stdio.h ]; }
have_venv() { python3 -c 'import venv, ensurepip' >/dev/null 2>&1; }

# One line each: for what | is it there? | Debian package | why it is wanted
packages='
build | have_openmp                          | libomp-dev         | OpenMP, to use more than one core
build | have_header zlib.h                   | zlib1g-dev         | zlib, to read .gz data sets
build | have_header leptonica/allheaders.h   | libleptonica-dev   | leptonica, to read picture files
build | have_header curl/curl.h               | libcurl4-openssl-dev | libcurl, to download data sets
build | have_command pkg-config              | pkg-config         | SwiftPM finds these libraries by it
test  | have_command cmake                   | cmake              | CMake, to build the C core and its tests
test  | have_command make                    | make               | make, which CMake drives
ci    | have_command gcc                     | gcc                | a second C compiler: gcc builds must be correct too
ci    | have_command g++                     | g++                | the C++ consumer
ci    | have_command python3                 | python3            | the Python consumer
ci    | have_venv                            | python3-venv       | the ONNX tests run in an environment of their own
cross | have_command aarch64-linux-gnu-gcc   | gcc-aarch64-linux-gnu | arm64 builds: libraries and tools of the target
cross | have_arm64_headers                   | libc6-dev-arm64-cross | arm64 builds: the headers of the target
cross | have_command qemu-aarch64            | qemu-user          | running the arm64 tests
pictures | have_command chromium            | chromium           | a browser, to take pictures of pages
'

# need build test ... : installs what is missing for these purposes, and nothing when all is there.
need() {
  local purposes=" $* " missing=() purpose probe package why
  have_command swift || fail "the Swift toolchain is missing: https://www.swift.org/install"
  while IFS='|' read -r purpose probe package why; do
    purpose=${purpose//[[:space:]]/} package=${package//[[:space:]]/}
    [[ -n $purpose && $purposes == *" $purpose "* ]] || continue
    # shellcheck disable=SC2086 # a probe is a command with its argument
    if ! $probe; then
      say "missing: $package (${why# })"
      missing+=("$package")
    fi
  done <<<"$packages"
  [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
}

install_packages() {
  if ! have_command apt-get; then
    say "Install these with your system's package manager (the names are Debian's), then try again."
    # OpenMP alone is no reason to stop: the build is then correct and single-threaded.
    [ "$*" = libomp-dev ] && return 0
    exit 1
  fi
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    have_command sudo || fail "run as root: apt-get install --no-install-recommends $*"
    root=(sudo)
  fi
  say "installing: $*"
  local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@")
  # A fresh machine has empty package lists, an old one stale ones: refresh only when it must be.
  if ! apt-cache show "$@" >/dev/null 2>&1; then "${root[@]}" apt-get update -qq; fi
  "${root[@]}" "${install[@]}" >/dev/null && return 0
  "${root[@]}" apt-get update -qq
  "${root[@]}" "${install[@]}" >/dev/null || fail "could not install: $*"
}

# MARK: OpenMP

# Prints the folder of LLVM's omp.h, highest version first; the same places as Package.swift.
find_openmp() {
  local folder library
  for folder in $(printf '%s\n' /usr/lib/llvm-*/lib/clang/*/include | sort -rV) \
    /usr/lib/clang/*/include /usr/lib64/clang/*/include \
    /opt/homebrew/opt/libomp/include /usr/local/opt/libomp/include /usr/local/include /usr/include; do
    [ -e "$folder/omp.h" ] || continue
    for library in "$folder"/../lib/libomp.* "$folder"/../../../libomp.* /usr/lib64/libomp.so /usr/lib/libomp.so; do
      if [ -e "$library" ]; then echo "$folder"; return 0; fi
    done
  done
}

export_openmp() {
  if [ -z "${DIGITKIT_OPENMP:-}" ]; then
    DIGITKIT_OPENMP=$(find_openmp)
    export DIGITKIT_OPENMP=${DIGITKIT_OPENMP:-none}
  fi
  if [ "$DIGITKIT_OPENMP" = none ]; then
    say "OpenMP: none, everything runs on one thread (DIGITKIT_OPENMP=none)"
  elif [ -e "$DIGITKIT_OPENMP/omp.h" ]; then
    say "OpenMP: $DIGITKIT_OPENMP"
  else
    say "OpenMP: no omp.h in $DIGITKIT_OPENMP (DIGITKIT_OPENMP), everything runs on one thread"
  fi
}

# MARK: The C core by CMake

configure_c() {
  local folder=$1
  shift
  cmake -S "$repository" -B "$folder" -DCK_WERROR="${DIGITKIT_WERROR:-0}" "$@" >"$folder.log" 2>&1 || { cat "$folder.log" >&2; return 1; }
  # What the configuration had to say of compiler and OpenMP, without CMake's own chatter.
  grep -E '^-- ckernels|[Ww]arning' "$folder.log" >&2 || true
}

# build_c <build folder> [cmake options]
build_c() {
  local folder=$1
  mkdir -p "$(dirname "$folder")"
  configure_c "$@" && cmake --build "$folder" -j "$jobs"
}

# An empty list of tests is a broken build, not a success.
# run_ctest <build folder> [ctest options]
run_ctest() { ctest --test-dir "$1" --no-tests=error --output-on-failure -j "$jobs" "${@:2}"; }

# MARK: The Swift library's public symbols

# symbol_graph <folder>: builds DigitKit in the usual folder, which is quick where it was built before, and writes
# DigitKit.symbols.json into a folder.
symbol_graph() {
  local folder=$1 target sdk=() extract=swift-symbolgraph-extract
  swift build --target DigitKit -j "$jobs" >&2
  target=$(swiftc -print-target-info | sed -n 's/.*"triple": "\(.*\)",.*/\1/p' | head -n 1)
  if have_command xcrun; then
    extract=$(xcrun --find "$extract")
    sdk=(-sdk "$(xcrun --show-sdk-path)")
  fi
  rm -rf "$folder"
  mkdir -p "$folder"
  "$extract" -module-name DigitKit -target "$target" "${sdk[@]}" -minimum-access-level public \
    -I "$(swift build --show-bin-path)/Modules" -I Sources/ckernels/include -I Sources/CPeak/include \
    -I Sources/CModels/include -I Sources/CZlib -I Sources/CLeptonica/include -I Sources/CCurl/include -output-dir "$folder"
}
