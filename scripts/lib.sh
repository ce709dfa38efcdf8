# shellcheck shell=bash
# What the scripts of this folder share: installing what is missing, and building.
# shellcheck disable=SC2034 # used by those who read this file

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

# What is looked for (a command or a file) | the Debian package that holds it | why.
needs_build='gcc|gcc|compiles
/usr/include/stdlib.h|libc6-dev|headers of the C library
/usr/include/linux/landlock.h|linux-libc-dev|headers of the kernel
/usr/include/yaml.h|libyaml-dev|reads Compose and Kubernetes files (ringfence-tools)
/usr/include/archive.h|libarchive-dev|takes archives apart (ringfence-unpack)
/usr/include/zlib.h|zlib1g-dev|checks gzip (ringfence-unpack)
pkg-config|pkg-config|finds the libraries
musl-gcc|musl-tools|static front program that starts in a fifth of the time
meson|meson|build system
ninja|ninja-build|build system'
needs_engines='tesseract|tesseract-ocr|reads pages
/usr/share/tesseract-ocr/5/tessdata/eng.traineddata|tesseract-ocr-eng|its English model
ocrad|ocrad|reads pages fast
pdftoppm|poppler-utils|draws the pages of a PDF
pocketsphinx_continuous|pocketsphinx|hears speech
/usr/share/pocketsphinx/model/en-us|pocketsphinx-en-us|its English model
ffmpeg|ffmpeg|decodes recordings
curl|curl|fetches input
/etc/ssl/certs/ca-certificates.crt|ca-certificates|whom curl trusts'
needs_test='/usr/include/cmocka.h|libcmocka-dev|unit tests
/usr/include/seccomp.h|libseccomp-dev|oracle for our system call filter (tests only)
/usr/include/jansson.h|libjansson-dev|rival of our JSON reader (tests only)
/usr/include/curl/curl.h|libcurl4-openssl-dev|rival of our URL parser (tests only)
pkg-config|pkg-config|finds the libraries of the tests
objdump|binutils|checks of the objects
ctags|universal-ctags|check-size
clang-format-14|clang-format-14|check-format
shellcheck|shellcheck|check-scripts
python3|python3-minimal|sums up the results
jq|jq|reads the JSON of ps, explain and report
busybox|busybox-static|root file systems of the tests
setcap|libcap2-bin|hostile programs with file capabilities
setpriv|util-linux|tests as an ordinary user
convert|imagemagick|makes pages of many kinds
flite|flite|speaks
git|git|check-paths
tesseract|tesseract-ocr|examples/ocr-page
/usr/share/tesseract-ocr/5/tessdata/eng.traineddata|tesseract-ocr-eng|examples/ocr-page
ocrad|ocrad|a fast engine
pdfinfo|poppler-utils|documents
pocketsphinx_continuous|pocketsphinx|an engine for speech
/usr/share/pocketsphinx/model/en-us|pocketsphinx-en-us|its English model
flite|flite|says what the engine for speech is to hear
/usr/lib/python3/dist-packages/sklearn|python3-sklearn|examples/train-save
identify|imagemagick|images, and a rival of src/engine/media*.c (tests only)
img2webp|webp|images (tests only)
ffmpeg|ffmpeg|recordings, and a rival of src/engine/media*.c (tests only)
curl|curl|fetches
/etc/ssl/certs/ca-certificates.crt|ca-certificates|fetches by https
zip|zip|archives
xz|xz-utils|archives
zstd|zstd|archives
openssl|openssl|certificates for the tests of fetching
pydoc3|python3|web servers for the tests of fetching
pgrep|procps|tests that look for processes
bwrap|bubblewrap|a rival, to show that hostile programs succeed elsewhere
script|bsdutils|tests with a terminal
chattr|e2fsprogs|hostile root file systems'

say() {
    printf '%s: %s\n' "$(basename "$0")" "$*"
}

die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

is_there() {
    case $1 in
        /*) [ -e "$1" ] || compgen -G "${1/#\/usr\/include\//\/usr\/include\/*-linux-gnu\/}" >/dev/null ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

# need TABLE: install what is missing; say what, and why.
need() {
    local probe package why
    local -a missing=()
    while IFS='|' read -r probe package why; do
        is_there "$probe" && continue
        say "missing: $probe, from Debian's $package ($why)"
        missing+=("$package")
    done <<<"$1"
    [ "${#missing[@]}" -gt 0 ] || return 0
    command -v apt-get >/dev/null || die "not a Debian system: install these by hand: ${missing[*]}"
    [ "$(id -u)" = 0 ] || die "run as root: apt-get install --no-install-recommends ${missing[*]}"
    say "installing ${missing[*]}"
    local log
    log=$(mktemp)
    if ! { apt-get update -qq &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } \
        </dev/null >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        die "apt-get failed"
    fi
    rm -f "$log"
}

# quietly WHAT COMMAND...: its output only when it fails.
quietly() {
    local what=$1 log
    shift
    log=$(mktemp)
    if ! "$@" >"$log" 2>&1; then
        tail -n 60 "$log" >&2
        rm -f "$log"
        die "$what failed"
    fi
    rm -f "$log"
}

# build DIR [MESON OPTION...]: configure if need be, and compile.
build() {
    local dir=$1
    shift
    if [ -e "$dir/build.ninja" ]; then
        [ $# = 0 ] || quietly "configuring $dir" meson configure "$dir" "$@"
    else
        rm -rf "$dir"
        quietly "configuring $dir" meson setup "$dir" "$top" "$@"
    fi
    quietly "building $dir" ninja -C "$dir"
}
