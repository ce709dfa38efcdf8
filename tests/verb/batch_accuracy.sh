#!/bin/bash
# How well real engines read and hear through `ringfence batch`: character and word error rates against what stood there.
# shellcheck source=tests/verb/batch_lib.sh
. "$RF_TOP/tests/verb/batch_lib.sh"

has tesseract ocrad pocketsphinx_continuous ffmpeg flite convert || { echo "engines, flite or imagemagick are missing"; exit 77; }
cd "$HOME" || exit 99

# rate FILE FILE chars|words: edits per hundred of the first
rate() {
    python3 - "$@" <<'END'
import sys
want, got = (" ".join(open(name).read().lower().replace(".", " ").split()) for name in sys.argv[1:3])
if sys.argv[3] == "words":
    want, got = want.split(), got.split()
row = list(range(len(got) + 1))
for i, a in enumerate(want, 1):
    last, row[0] = row[0], i
    for j, b in enumerate(got, 1):
        last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
print(round(100 * row[-1] / len(want), 2))
END
}
at_most() { # NAME MOST RATE
    awk -v rate="$3" -v most="$2" 'BEGIN { exit !(rate != "" && rate + 0 <= most) }'
    tap_result $? "$1" "$3 %, want at most $2 %"
}

expected=$RF_TOP/examples/ocr-page/expected.txt
OMP_THREAD_LIMIT=1 batch --format txt "$page" >read.txt
at_most "tesseract on a clean page" 0 "$(rate "$expected" read.txt chars)"
convert "$page" -resize 75% -attenuate 0.1 +noise Gaussian small.png
batch --format txt small.png >read.txt
at_most "tesseract on a smaller page with noise" 1 "$(rate "$expected" read.txt chars)"
batch --engine ocrad --format txt "$page" >read.txt
at_most "ocrad, which is fast" 3 "$(rate "$expected" read.txt chars)"

cat >said.txt <<'END'
the driver waited at the gate because the office was closed until nine in the morning
he opened the first box and counted twelve packets of tea before he signed the paper and left
END
flite -voice rms -f said.txt -o said.wav
batch --format txt said.wav >heard.txt
at_most "pocketsphinx on flite's voice rms" 15 "$(rate said.txt heard.txt words)"
at_most "its words are those of the bare engine" 0 "$(rate <(pocketsphinx_continuous -infile <(ffmpeg -nostdin -loglevel error \
    -i said.wav -ac 1 -ar 16000 -f s16le -) -logfn /dev/null) heard.txt words)"
tap_end
