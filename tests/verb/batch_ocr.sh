#!/bin/bash
# Real pages, read by the real tesseract: the same text as without a ring, in every form.
# shellcheck source=tests/verb/batch_lib.sh
. "$RF_TOP/tests/verb/batch_lib.sh"

has tesseract || { echo "tesseract-ocr is missing"; exit 77; }
cd "$HOME" || exit 99
export OMP_THREAD_LIMIT=1
bare() {
    tesseract "$@" 2>/dev/null
}
words() {
    tr -s '[:space:]' ' ' | sed 's/ $//'
}

bare "$page" - >bare.txt
batch --format txt "$page" >ours.txt
tap_true "txt is the bare engine's, byte for byte" cmp bare.txt ours.txt
same "every character is as it stands on the page" "$(words <"$RF_TOP/examples/ocr-page/expected.txt")" "$(words <ours.txt)"
batch "$page" >ours.json
same "json-v2 holds the same words" "$(words <bare.txt)" "$(jq -r '[.results[].alternatives[0].content] | join(" ")' ours.json)"
same "with the size of the page" "1285 699" "$(jq -r '.pages[0] | "\(.width) \(.height)"' ours.json)"
tap_true "each with its place" jq -e 'all(.results[]; .bbox | length == 4 and .[0] < .[2] and .[1] < .[3])' ours.json
tap_true "and a confidence" jq -e 'all(.results[].alternatives[]; .confidence >= 0 and .confidence <= 1)' ours.json
for form in hocr tsv alto; do
    bare "$page" - "$form" | sed 's/image "[^"]*"/image ""/; s/<fileName>[^<]*/<fileName>/; s/title=.unknown.//' >bare.out
    batch --format "$form" "$page" | sed 's/image "[^"]*"/image ""/; s/<fileName>[^<]*/<fileName>/; s/title=.unknown.//' >ours.out
    tap_true "$form is the bare engine's" cmp bare.out ours.out
done
batch --format pdf "$page" >ours.pdf
holds "pdf is a PDF" "%PDF" "$(head -c 4 ours.pdf)"
if has pdftotext; then
    same "whose text can be searched" "$(words <bare.txt)" "$(pdftotext ours.pdf - | tr -d '\f' | words)"
fi
job_usage "a language that is not there" "tesseract" --engine nosuch --language deu "$page"
job_fails "a language without its package" "tesseract-ocr-" --language xho "$page"
same "the name that others use for it" "$(words <bare.txt)" "$(batch --language en --format txt "$page" | words)"
printf '{"type":"ocr","ocr_config":{"language":"eng","psm":6,"dpi":200}}' >job.json
bare "$page" - --psm 6 --dpi 200 >bare6.txt
same "psm and dpi reach the engine" "$(cat bare6.txt)" "$(batch --job-config "$HOME/job.json" --format txt "$page")"

mkdir all
is_root && chown 10001:10001 all
batch --all-formats "$HOME/all" --format txt "$page" >ours.txt
same "all forms at once" "result.hocr result.json result.pdf result.tsv result.txt result.xml" "$(cd all && echo *)"
tap_true "of one reading: the same text" cmp bare.txt all/result.txt
tap_true "and the same words" cmp <(jq .results ours.json) <(jq .results all/result.json)

# --- several pages ---

if has convert pdftoppm pdfunite; then
    convert "$page" -monochrome one.tif
    convert "$page" \( "$page" -crop 1285x230+0+0 +repage \) "$page" pages.tif
    bare pages.tif - >bare.txt
    batch --format txt pages.tif >ours.txt
    tap_true "a TIFF of three pages: the bare engine's text" cmp bare.txt ours.txt
    batch --format txt -j 2 pages.tif >ours2.txt
    tap_true "two pages at once: the same text" cmp ours.txt ours2.txt
    same "their numbers" "1 2 3" "$(batch pages.tif | jq -r '[.results[].page] | unique | map(tostring) | join(" ")')"
    printf '{"type":"ocr","ocr_config":{"language":"eng","pages":"1,3"}}' >job.json
    same "some of the pages" "1 3" \
        "$(batch --job-config "$HOME/job.json" pages.tif | jq -r '[.results[].page] | unique | map(tostring) | join(" ")')"
    printf '{"type":"ocr","ocr_config":{"language":"eng","pages":"7"}}' >job.json
    job_fails "a page that is not there" "there is no page 7: the input has 3" --job-config "$HOME/job.json" pages.tif
    bare pages.tif - hocr | sed 's/image "[^"]*"/image ""/' >bare.out
    batch --format hocr pages.tif | sed 's/image "[^"]*"/image ""/' >ours.out
    tap_true "hocr of three pages is the bare engine's" cmp bare.out ours.out

    bare "$page" one --dpi 200 pdf
    pdfunite one.pdf one.pdf two.pdf
    same "a PDF of two pages" "$(words <"$RF_TOP/examples/ocr-page/expected.txt")" \
        "$(batch --format txt two.pdf | tr '\f' '\n' | words | sed 's/Okafor\. Delivery.*/Okafor./')"
    same "their numbers" "1 2" "$(batch -j 2 two.pdf | jq -r '[.results[].page] | unique | map(tostring) | join(" ")')"
    batch --format pdf two.pdf >ours.pdf
    same "a PDF of a PDF has as many pages" 2 "$(pdfinfo ours.pdf | sed -n 's/^Pages: *//p')"
    job_fails "more pages than allowed" "--max-pages" --max-pages 1 two.pdf
    job_fails "larger pages than allowed" "--max-pixels" --max-pixels 100000 two.pdf
else
    tap_skip "several pages" "imagemagick or poppler-utils is missing"
fi

if has ocrad; then
    same "the fast engine" "$(ocrad --format=utf8 "$page" | words)" "$(batch --engine ocrad --format txt "$page" | words)"
else
    tap_skip "ocrad" "ocrad is missing"
fi
tap_end
