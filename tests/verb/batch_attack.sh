#!/bin/bash
# Input and configs made to attack. Nothing of them reaches a command line, a path or another job's data.
# shellcheck source=tests/verb/batch_lib.sh
. "$RF_TOP/tests/verb/batch_lib.sh"

has tesseract || { echo "tesseract-ocr is missing"; exit 77; }
cd "$HOME" || exit 99

# --- a list of other people's pages, which tesseract would read ---

cp "$page" other.png
printf '%s\n' "$HOME/other.png" >x.png
job_fails "a list of paths called x.png" "it begins with" x.png
tap_out=$(batch --engine tesseract --format txt <x.png 2>&1)
tap_exit 1 "a list of paths piped in" bash -c "'$RINGFENCE' batch ${batch_words[*]} --engine tesseract <x.png"
lacks "the other page is not read" "Delivery" "$tap_out"
printf 'http://127.0.0.1:9/x.png\n' >url.png
job_fails "a URL in a file" "it begins with" url.png
job_fails "a URL as file name" "http://127.0.0.1:9/x.png" http://127.0.0.1:9/x.png
printf 'file:///etc/passwd\n' >file.mp3
job_fails "a file URL in a file" "it begins with" file.mp3

# --- play lists, which ffmpeg would follow ---

printf '#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.mp3\n' >list.mp3
job_fails "a play list called mp3" "it begins with" list.mp3
printf 'ffconcat version 1.0\nfile %s\n' /etc/passwd >concat.mp3
job_fails "a concat list called mp3" "it begins with" concat.mp3

# --- bombs ---

python3 - <<'P'
import struct, zlib
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
pack = zlib.compressobj(9)
rows = b"".join(pack.compress(b"\0" * 3751) for _ in range(30000)) + pack.flush()
open("huge.png", "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 30000, 30000, 1, 0, 0, 0, 0))
                             + chunk(b"IDAT", rows) + chunk(b"IEND", b""))
def pdf(name, pages, box):
    kids = " ".join(f"{3 + i} 0 R" for i in range(pages))
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>"]
    objects += [f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {box} {box}] >>"] * pages
    text, places = "%PDF-1.4\n", []
    for i, body in enumerate(objects):
        places.append(len(text))
        text += f"{i + 1} 0 obj\n{body}\nendobj\n"
    start = len(text)
    text += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n" + "".join(f"{p:010} 00000 n \n" for p in places)
    text += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    open(name, "w").write(text)
pdf("large.pdf", 1, 14000)
pdf("many.pdf", 5000, 72)
P
holds "the bomb is small" "small" "$([ "$(wc -c <huge.png)" -lt 200000 ] && echo small)"
before=$SECONDS
job_fails "a page of 30000 x 30000 pixels in 109 kB" "30000 x 30000 pixels" huge.png
[ $((SECONDS - before)) -lt 5 ]
tap_result $? "is refused before it is decoded" "it took $((SECONDS - before)) s"
job_fails "even with more pixels allowed by the job, not by the administrator" "30000 x 30000 pixels" \
    --job-config "$(printf '{"type":"ocr","ocr_config":{"language":"eng","max_pixels":2000000000}}' >big.json; echo "$HOME/big.json")" huge.png
if has pdftoppm; then
    job_fails "a PDF with a page of five metres" "pixels" large.pdf
    job_fails "a PDF of 5000 pages" "more than 500 pages" many.pdf
else
    tap_skip "PDF bombs" "poppler-utils is missing"
fi

# --- archives ---

python3 - "$page" <<'P'
import io, sys, tarfile, zipfile
page = open(sys.argv[1], "rb").read()
def make_zip(name, entries):
    with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED) as z:
        for entry, data in entries:
            z.writestr(entry, data)
make_zip("up.zip", [("../../escaped.png", page)])
make_zip("absolute.zip", [("/tmp/escaped.png", page)])
make_zip("bomb.zip", [(f"{i}.png", b"\0" * (200 << 20)) for i in range(6)])
make_zip("good.zip", [("page2.png", page), ("page1.png", page)])
def make_tar(name, kind, link):
    with tarfile.open(name, "w") as t:
        member = tarfile.TarInfo("x.png")
        member.type, member.linkname = kind, link
        t.addfile(member)
make_tar("link.tar", tarfile.SYMTYPE, "/etc/passwd")
make_tar("hard.tar", tarfile.LNKTYPE, "/etc/passwd")
make_tar("device.tar", tarfile.CHRTYPE, "")
P
if "$RINGFENCE" batch --list-engines >/dev/null && [ -x "$(dirname "$RINGFENCE")/ringfence-unpack" ]; then
    job_fails "a zip with ../" "escaped.png" up.zip
    job_fails "a zip with an absolute path" "escaped.png" absolute.zip
    job_fails "a zip bomb" "unpacking bomb.zip" bomb.zip
    job_fails "a tar with a symbolic link" "link" link.tar
    job_fails "a tar with a hard link" "link" hard.tar
    job_fails "a tar with a device" "unpacking device.tar" device.tar
    same "nothing escaped" "" "$(find / -xdev -name escaped.png -newer x.png 2>/dev/null)"
    same "a zip of two pages gives two" "1 2" \
        "$(batch good.zip | jq -r '[.results[].page] | unique | map(tostring) | join(" ")')"
else
    tap_skip "archives" "built without libarchive"
fi

# --- every field of a config ---

# shellcheck disable=SC2016 # it is meant as it stands
semicolon='; $(touch /tmp/rf-pwned) `touch /tmp/rf-pwned` | touch /tmp/rf-pwned'
rm -f /tmp/rf-pwned
config() {
    printf '%s' "$1" >job.json
}
for field in language engine; do
    config "{\"type\":\"ocr\",\"ocr_config\":{\"language\":\"eng\",\"$field\":\"$semicolon\"}}"
    [ "$field" = language ] && config "{\"type\":\"ocr\",\"ocr_config\":{\"language\":\"$semicolon\"}}"
    tap_exit 1 "a command in ocr_config.$field" batch --job-config "$HOME/job.json" "$page"
done
config '{"type":"ocr","ocr_config":{"language":"-c tessedit_write_images=1"}}'
tap_exit 1 "an option as language" batch --job-config "$HOME/job.json" "$page"
config '{"type":"ocr","ocr_config":{"language":"../../../../etc/passwd"}}'
tap_exit 1 "a path as language" batch --job-config "$HOME/job.json" "$page"
config "{\"type\":\"ocr\",\"ocr_config\":{\"language\":\"eng\",\"pages\":\"$semicolon\"}}"
tap_exit 1 "a command in ocr_config.pages" batch --job-config "$HOME/job.json" "$page"
config "{\"type\":\"ocr\",\"ocr_config\":{\"language\":\"eng\"},\"tracking\":{\"title\":\"$semicolon\"}}"
tap_true "a command in tracking.title is text" batch --job-config "$HOME/job.json" --format txt "$page"
config "{\"type\":\"ocr\",\"ocr_config\":{\"language\":\"eng\"},\"fetch_data\":{\"url\":\"$semicolon\"}}"
tap_exit 1 "a command in fetch_data.url" batch --job-config "$HOME/job.json"
config '{"type":"ocr","ocr_config":{"language":"eng"},"fetch_data":{"url":"http://h/","auth_headers":["X: a\r\nHost: b"]}}'
tap_exit 1 "a line end in auth_headers" batch --job-config "$HOME/job.json" --fetch-host h
same "no command was run" "" "$(ls /tmp/rf-pwned 2>/dev/null)"
tap_exit 2 "a command as --language is refused or unknown" bash -c \
    "'$RINGFENCE' batch ${batch_words[*]} --language ';id' '$page'; [ \$? != 0 ] && exit 2"

head -c 10000000 /dev/zero | tr '\0' ' ' >job.json
job_fails "a config of 10 MB" "job config" --job-config "$HOME/job.json" "$page"
printf '{"type":"ocr"' >job.json
job_fails "a config that breaks off" "job.json" --job-config "$HOME/job.json" "$page"
head -c 100000 /dev/zero | tr '\0' '[' >job.json
job_fails "a config that is only brackets" "job.json" --job-config "$HOME/job.json" "$page"
: >job.json
job_fails "an empty config" "job.json" --job-config "$HOME/job.json" "$page"
mkfifo fifo
job_fails "a FIFO as config" "no regular file" --job-config "$HOME/fifo" "$page"

# --- engine output made to attack ---

# shellcheck disable=SC2016 # the engine's shell expands it
stub forever 'while :; do echo "word "; done'
job_fails "endless text" "--max-output" --engine forever --max-output 4m "$page"
# shellcheck disable=SC2016
stub eats 'a=x; while :; do a=$a$a; done'
tap_exit 1 "endless memory" batch --engine eats --memory 64m --timeout 10s --format txt "$page"
stub breeds 'f() { f | f & }; f; sleep 5'
tap_exit 1 "endless processes" batch --engine breeds --pids-limit 32 --timeout 3s --format txt "$page"
tap_end
