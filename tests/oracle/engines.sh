#!/bin/bash
# What we make of the output of real engines says the same as the engines themselves. Each is skipped where it is
# missing. $1: as-result.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"

top=$(cd "$(dirname "$0")/../.." && pwd -P)
schema=$top/tests/oracle/json-v2.jq
page=$top/examples/ocr-page/page.png
as_result=$(realpath "$1")
export OMP_THREAD_LIMIT=1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 99

has() {
    local command
    for command; do
        command -v "$command" >/dev/null || return 1
    done
}

# same NAME: the files `want` and `have` are the same.
same() {
    tap_true "$1" cmp want have
}

# holds NAME JQ-FILTER...: it says "true" of `json`. The status of jq -e says nothing of an empty file.
holds() {
    local name=$1
    shift
    tap_out=$(jq "$@" json 2>&1)
    [ "$tap_out" = true ]
    tap_result $? "$name" "want true from: jq $*"
}

# words: what stands on standard input, one word a line.
words() {
    awk '{ for (i = 1; i <= NF; i++) print $i }'
}

# valid NAME PARSER FILE...: the JSON made of it keeps the documented form. It is left in `json`.
valid() {
    local name=$1 parser=$2
    shift 2
    "$as_result" "$parser" json-v2 "$@" >json
    holds "$name: json-v2 as documented" -f "$schema"
}

# A grey image: WIDTH HEIGHT VALUE [MORE VALUES, ten rows each...]
grey() {
    local width=$1 height=$2 value
    printf 'P5\n%d %d\n255\n' "$width" "$height"
    shift 2
    for value; do
        head -c $((width * height / $#)) /dev/zero | tr '\0' "\\$value"
    done
}

# pages NAME FILE: our txt is tesseract's own, byte by byte.
pages() {
    tesseract "$2" - >want 2>/dev/null
    tesseract "$2" - tsv >rows 2>/dev/null
    "$as_result" tsv txt rows >have
    same "$1: txt as tesseract writes it"
    valid "$1" tsv rows
}

test_tesseract() {
    has tesseract jq || { tap_skip tesseract "needs tesseract and jq"; return; }
    pages "a scanned page" "$page"
    holds "a scanned page: its words" '[.results[].alternatives[0].content] | length > 50 and
        index("Delivery") == 0 and index("lorry.") != null'
    grey 600 400 377 >blank.pgm
    pages "a blank page" blank.pgm
    grey 600 400 377 377 377 377 000 377 377 377 377 377 >bar.pgm
    pages "a page with a bar" bar.pgm
    printf '%s\n' "$page" "$scratch/blank.pgm" "$page" >list
    pages "three pages, one of them blank" list
    holds "three pages: their numbers" '[.pages[].page] == [1, 2, 3]'
    tap_exit 1 "srt of a page is refused" "$as_result" tsv srt rows
    has ffmpeg || { tap_skip "a picture below the text" "needs ffmpeg"; return; }
    ffmpeg -loglevel error -i "$page" \
        -vf 'format=gray,pad=w=iw:h=ih+350:color=white,drawbox=x=300:y=ih-300:w=400:h=250:color=gray:t=fill' picture.png
    pages "a picture below the text" picture.png
    tap_true "a picture below the text: tesseract takes it for one" grep -qP '^5\t.*\t $' rows
}

test_ocrad() {
    has ocrad ffmpeg jq || { tap_skip ocrad "needs ocrad, ffmpeg and jq"; return; }
    ffmpeg -loglevel error -i "$page" -pix_fmt gray page.pgm
    ocrad --format=utf8 page.pgm >text
    words <text >want
    valid "ocrad" text text
    jq -r '.results[].alternatives[0].content' json >have
    same "ocrad: its words"
    "$as_result" text txt text | words >have
    same "ocrad: txt has its words"
    holds "ocrad: no confidence is claimed" 'all(.results[].alternatives[0].confidence; . == 0)'
}

# say SENTENCE: its samples, 16 kHz mono.
say() {
    flite -voice rms -t "$1" -o said.wav && tail -c +45 said.wav
}

silence() {
    head -c $((32000 * $1)) /dev/zero
}

# hear NAME FILE: the hypotheses of pocketsphinx and our words are the same.
hear() {
    pocketsphinx_continuous -infile "$2" -time yes -logfn /dev/null >heard
    pocketsphinx_continuous -infile "$2" -logfn /dev/null | words >want
    valid "$1" pocketsphinx heard
    jq -r '.results[] | select(.type == "word").alternatives[0].content' json >have
    same "$1: the words of the hypotheses"
    "$as_result" pocketsphinx txt heard | tr . ' ' | words >have
    same "$1: txt has the words"
    "$as_result" pocketsphinx srt heard >cues
    tap_true "$1: srt within 37 x 2" awk 'length($0) > 37 { bad = 1 } /^$/ { n = 0 } !/^$/ { n++ } n > 4 { bad = 1 }
        END { exit bad }' cues
    sed '/^[0-9]*$/d; / --> /d' cues | tr . ' ' | words >have
    same "$1: srt has the words"
}

test_pocketsphinx() {
    has pocketsphinx_continuous flite jq || { tap_skip pocketsphinx "needs pocketsphinx, flite and jq"; return; }
    { say "the quick brown fox jumps over the lazy dog. it cost one hundred and five dollars."; silence 2
        say "good morning everybody."; silence 2; } >two.raw
    hear "two sentences" two.raw
    holds "two sentences: both end" '[.results[] | select(.is_eos)] | length == 2'
    holds "two sentences: the second begins after the silence" '.results |
        (map(.is_eos) | index(true)) as $i | .[$i + 1].start_time - .[$i].end_time > 1.5'
    holds "two sentences: most words are right" '[.results[].alternatives[0].content] as $have |
        ["quick", "brown", "fox", "lazy", "hundred", "five", "good", "morning", "everybody"] - $have | length <= 2'
    silence 2 >silence.raw
    hear "silence" silence.raw
    : >nothing.raw
    hear "nothing" nothing.raw
    tap_true "nothing: srt is empty" test ! -s cues
    # Two channels, each by itself, in one result.
    say "good morning everybody." >left.raw
    { silence 3; say "it cost five dollars."; silence 1; } >right.raw
    for side in left right; do
        pocketsphinx_continuous -infile $side.raw -time yes -logfn /dev/null >$side
    done
    valid "two channels" pocketsphinx left=left right=right
    holds "two channels: each result names its own" '[.results[].channel] | unique == ["left", "right"]'
    "$as_result" pocketsphinx txt left=left right=right >have
    tap_true "two channels: turns" awk 'NR == 1 && $0 != "SPEAKER: left" || NR == 3 && $0 != "" ||
        NR == 4 && $0 != "SPEAKER: right" { bad = 1 } END { exit bad || NR != 5 }' have
}

# A document of two pages, one of which is turned and cropped. pdfinfo and pdftoppm put up with its missing index.
document() {
    printf '%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n'
    printf '2 0 obj<</Type/Pages/Count 2/Kids[3 0 R 4 0 R]>>endobj\n'
    printf '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 297.638 419.528]>>endobj\n'
    printf '4 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 3000 3000]/CropBox[0 0 100.5 200]/Rotate 90>>endobj\n'
    printf '5 0 obj<</Title(%s)>>endobj\n' "$1"
    printf 'trailer<</Root 1 0 R/Info 5 0 R>>\n'
}

# draw DPI PAGE FILE: with the words of our own definition.
draw() {
    local -a words
    read -ra words < <(sed -n 's/^command: \[\(.*\)\]$/\1/p' "$top/engines/pdftoppm.yaml" | tr -d ',"' |
        sed "s/{dpi}/$1/; s/{page}/$2/g; s/{input}/$3/")
    "${words[@]}"
}

test_pdfinfo() {
    has pdfinfo pdftoppm || { tap_skip pdfinfo "needs poppler-utils"; return; }
    document "Pages: none" >doc.pdf
    pdfinfo -f 1 -l 500 doc.pdf >info 2>/dev/null
    for number in 1 2; do
        draw 150 $number doc.pdf 2>/dev/null | head -n 2 | awk 'NR == 2 { print $1 * $2 }'
    done >want
    "$as_result" pdfinfo 150 info >have
    same "pdfinfo: pixels as pdftoppm draws them"
    document 'x\nPages:          1\nPage    1 size:  1 x 1 pts' >false.pdf
    pdfinfo -f 1 -l 500 false.pdf >info 2>/dev/null
    tap_says "second time" "pdfinfo: a title that imitates it" "$as_result" pdfinfo 150 info
}

test_tesseract
test_ocrad
test_pocketsphinx
test_pdfinfo
tap_end
