#!/bin/bash
# Archives as input: their pages come in order, and what is no plain archive of pages is refused.
# shellcheck source=tests/verb/batch_lib.sh
. "$RF_TOP/tests/verb/batch_lib.sh"

cd "$HOME" || exit 99
# What it reads of a page are the page's own letters.
# shellcheck disable=SC2016 # the engine's shell expands it
stub letters 'tail -n 1 "$1"; echo'

# page FILE WORD: a grey image whose pixels are the letters.
page() {
    mkdir -p "$(dirname "$1")"
    printf 'P5\n%d 1\n255\n%s' "${#2}" "$2" >"$1"
}
read_pages() {
    batch --engine letters --format txt "$@" 2>&1 | tr '\f\n' '  ' | xargs
}
pack() {
    case $1 in
        zip) (cd "$2" && zip -q -r - . -i '*') >"$2.zip" ;;
        *) tar -C "$2" -caf "$2.$1" . ;;
    esac
}

# --- a program that is not there ---

mkdir bin
for program in ringfence ringfence-batch ringfence-inside; do
    cp "$(dirname "$RINGFENCE")/$program" bin/
done
page scans/page10.pgm ten
page scans/page2.pgm two
page scans/page1.pgm one
tar -cf scans.tar scans
tap_out=$(bin/ringfence batch "${batch_words[@]}" --engine letters scans.tar 2>&1)
tap_exit 1 "without ringfence-unpack" bin/ringfence batch "${batch_words[@]}" --engine letters scans.tar
holds "the sentence says what is missing" "it is an archive, and ringfence-unpack is not installed" \
    "$(bin/ringfence batch "${batch_words[@]}" --engine letters scans.tar 2>&1)"
if ! [ -x "$(dirname "$RINGFENCE")/ringfence-unpack" ]; then
    tap_skip "archives" "built without libarchive"
    tap_end
fi
for program in zip xz zstd; do
    has "$program" || { tap_skip "archives" "$program is missing"; tap_end; }
done

# --- every form ---

for form in zip tar tar.gz tar.xz tar.zst; do
    pack "$form" scans
    same "$form: pages in their order" "one two ten" "$(read_pages "scans.$form")"
    cp "scans.$form" x.png
    same "$form: whatever it is called" "one two ten" "$(read_pages x.png)"
    same "$form: from a pipe" "one two ten" \
        "$(tee <"scans.$form" | batch --engine letters --format txt 2>&1 | tr '\f\n' '  ' | xargs)"
done
same "pages are counted through the archive" "1 2 3" \
    "$(batch --engine letters scans.zip | jq -r '[.results[].page] | unique | map(tostring) | join(" ")')"

page 'more/Sätze und mehr.pgm' umlaut
page "more/$(printf 'x%.0s' {1..120})/$(printf 'y%.0s' {1..120}).pgm" long
page more/B/2.pgm second
page more/B/10.pgm third
page more/a.pgm first
page more/__MACOSX/a.pgm litter
page more/._a.pgm litter
echo litter >more/.DS_Store
chmod 000 more/a.pgm
chmod u+r more/a.pgm
for form in zip tar.gz; do
    pack "$form" more
    same "$form: folders, umlauts, long names, and no litter" "first second third umlaut long" \
        "$(read_pages "more.$form")"
done
tar -C more --format=pax -cf more.tar .
same "a tar of pax" "first second third umlaut long" "$(read_pages more.tar)"
zip -q -0 -j stored.zip scans/*
same "a zip that packs nothing" "one two ten" "$(read_pages stored.zip)"
zip -q -j - scans/* | cat >streamed.zip
same "a zip that was written to a pipe" "one two ten" "$(read_pages streamed.zip)"
tar -C scans -cf one.tar page1.pgm page2.pgm
tar -C scans -cf other.tar page10.pgm
cat one.tar other.tar >both.tar
same "two tars in one file are both read" "one two ten" "$(read_pages both.tar)"

# --- what is inside ---

mkdir -p kinds/{text,empty,wave,waves,nested,packed}
page kinds/text/a.pgm page
echo "just text" >kinds/text/notes.txt
page kinds/empty/a.pgm page
: >kinds/empty/b.pgm
python3 - <<'P'
import wave
for name in ("wave/b.wav", "waves/a.wav"):
    with wave.open("kinds/" + name, "wb") as w:
        w.setnchannels(1), w.setsampwidth(2), w.setframerate(16000)
        w.writeframes(b"\0\0" * 16000)
P
page kinds/wave/a.pgm page
cp kinds/waves/a.wav kinds/waves/b.wav
cp scans.zip kinds/nested/inner
cp scans.tar.gz kinds/packed/inner.gz
for kind in kinds/*; do
    pack zip "$kind"
    pack tar.zst "$kind"
done
for form in zip tar.zst; do
    job_fails "$form: a text among pages" \
        "text.$form, entry 2 (notes.txt): neither an image, a PDF nor a recording" --engine letters kinds/text.$form
    job_fails "$form: an empty page" "empty.$form, entry 2 (b.pgm): it is empty" --engine letters kinds/empty.$form
    job_fails "$form: a recording among pages" "wave.$form, entry 2 (b.wav): is a recording" kinds/wave.$form
    job_fails "$form: two recordings" "a job takes one recording" kinds/waves.$form
    job_fails "$form: a zip in it" "entry 1 (inner): an archive in an archive" kinds/nested.$form
    job_fails "$form: a tar.gz in it" "entry 1 (inner.gz): an archive in an archive" kinds/packed.$form
done

# --- what is no such archive ---

gzip -c scans/page1.pgm >page.gz
job_fails "a page packed by gzip" "want files in a zip or a tar" page.gz
gzip -c scans.zip >zip.gz
job_fails "a zip packed by gzip" "want files in a zip or a tar" zip.gz
gzip -c scans.tar.xz >twice.gz
job_fails "a tar packed twice" "packed twice" twice.gz
for form in zip tar.gz tar.xz tar.zst; do
    bytes=$(wc -c <scans.$form)
    for cut in 30 $((bytes / 2)) $((bytes - 5)); do
        head -c "$cut" scans.$form >broken
        job_fails "$form that breaks off behind $cut of $bytes bytes" "broken" broken
    done
done
for cut in 600 1024 2048 3072; do
    head -c "$cut" scans.tar >broken
    job_fails "tar that breaks off behind $cut bytes" "broken" broken
done
# flip FILE AT: the file `flipped`, with a bit of that byte that is another.
flip() {
    python3 -c 'import sys
name, at = sys.argv[1], int(sys.argv[2])
data = bytearray(open(name, "rb").read())
data[at] ^= 1
open("flipped", "wb").write(data)' "$1" "$2"
}
for form in tar.xz tar.zst; do
    flip scans.$form $(($(wc -c <scans.$form) / 2))
    job_fails "$form with a bit that is another" "flipped" flipped
done
flip stored.zip "$(LC_ALL=C grep -abo two stored.zip | head -n 1 | cut -d: -f1)"
job_fails "a stored page with a bit that is another" "bad CRC" flipped
flip scans.tar 514
job_fails "a name with a bit that is another" "unpacking flipped" flipped

# --- what attacks ---

(cd scans && zip -q -P secret - page1.pgm) >secret.zip
job_fails "an encrypted zip" "is encrypted" secret.zip
mkdir -p links
ln -sf /etc/passwd links/a.pgm
(cd links && zip -q -y - a.pgm) >link.zip
job_fails "a link in a zip" "symbolic link" link.zip
tar -C links -cf link.tar a.pgm
job_fails "a link in a tar" "symbolic link" link.tar
rm links/a.pgm
page links/a.pgm one
ln links/a.pgm links/b.pgm
tar -C links -cf hard.tar a.pgm b.pgm
job_fails "a hard link in a tar" "hard link" hard.tar
mkfifo links/c.pgm
tar -C links -cf fifo.tar a.pgm c.pgm
job_fails "a FIFO in a tar" "a FIFO" fifo.tar
tar -C scans -cf twice.tar page1.pgm
tar -C scans -rf twice.tar page1.pgm
job_fails "two files of one name" 'two files are called "page1.pgm"' twice.tar
mkdir -p nothing/at/all
for form in tar tar.gz; do
    pack "$form" nothing
    job_fails "$form without a file" "holds no file" "nothing.$form"
done
python3 - <<'P'
import io, tarfile, zipfile
for i, name in enumerate(("../x.pgm", "a/../../x.pgm", "/x.pgm", "a\\x.pgm", "\x1b]0;evil\x07.pgm", "C:/x.pgm")):
    with zipfile.ZipFile(f"name{i}.zip", "w") as z:
        z.writestr(name, b"P5\n3 1\n255\none")
    with tarfile.open(f"name{i}.tar", "w") as t:
        member = tarfile.TarInfo(name)
        t.addfile(member, io.BytesIO())
P
i=0
for part in "leads out" "leads out" "absolute" "backslash" "control character" "absolute"; do
    # libarchive itself makes "/" of "\" in a zip of DOS, which is what Python says that it writes.
    [ "$part" = backslash ] || job_fails "a zip with a name that is bad: $part" "$part" name$i.zip
    job_fails "a tar with a name that is bad: $part" "$part" name$i.tar
    i=$((i + 1))
done

# --- limits ---

head -c 6000 /dev/zero >zeros
zip -q large.zip zeros
job_fails "more unpacked bytes than --max-unpacked" "more than 5000 bytes" --max-unpacked 5000 large.zip
mkdir many
for ((i = 0; i < 1000; i++)); do
    printf 'P5\n3 1\n255\none' >"many/$i.pgm"
done
zip -q -r -j many.zip many
job_fails "a thousand entries are taken, and too many pages for the job" "more than" --max-pages 999 many.zip
tar -C many -czf many.tar.gz .
job_fails "a thousand and one are not" "it has more than 1000 entries" many.tar.gz
head -c 30000000 /dev/zero >zeros
for form in tar.gz tar.xz tar.zst; do
    tar -caf "bomb.$form" zeros
    job_fails "$form that unpacks to a thousandfold" "more than 100 bytes for each packed one" "bomb.$form"
done
zip -q bomb.zip zeros
job_fails "zip that unpacks to a thousandfold" "more than 100 bytes for each packed one" bomb.zip
truncate -s 1T sparse
tar -S -cf sparse.tar sparse
job_fails "a terabyte that is only said to be there" "more than 1073741824 bytes" sparse.tar
# Nine megabytes of nothing may shrink to whatever: they are a page.
printf 'P5\n3000 3000\n255\n' >white.pgm
head -c 9000000 /dev/zero | tr '\0' '\377' >>white.pgm
zip -q white.zip white.pgm
# shellcheck disable=SC2016 # the engine's shell expands it
stub size 'wc -c <"$1"'
same "a white page" 9000017 "$(batch --engine size --format txt white.zip)"
flip white.zip $(($(wc -c <white.zip) / 2))
job_fails "a packed page with a bit that is another" "unpacking flipped" flipped

# --- the program by itself ---

unpack=$(dirname "$RINGFENCE")/ringfence-unpack
for words in "" "1 2" "1 2 3 4" "x 2 3" "-1 2 3" "100000000 2 3" "1 2 99999999999999999999"; do
    # shellcheck disable=SC2086 # words are words
    tap_exit 1 "it refuses the words \"$words\"" "$unpack" $words <scans.zip
    holds "and says what it wants" "ringfence-unpack: want ENTRIES (at most 99999999), BYTES and RATIO" "$tap_out"
done
tap_says "want a regular file" "it reads no pipe" "$unpack" 9 9999 9 < <(tee <scans.zip)
tap_says "Illegal seek" "and writes to none" bash -c "'$unpack' 9 9999 9 <scans.zip | cat" </dev/null
"$unpack" 1 9999 9 <scans.tar >row 2>/dev/null
same "of what it refuses it writes nothing" 0 "$(wc -c <row)"

# --- its ring ---

report=$(batch --user 1234:2345 --engine letters --format txt --report - scans.zip 2>&1 >/dev/null)
holds "the report has the archive's ring" "ring 1 of 4: unpacking scans.zip" "$report"
holds "it proves that nothing was written" "nothing was written to a disk-backed file system by any ring" "$report"
same "who it is there says --user, as of every ring" 4 "$(grep -c "uid 1234 inside" <<<"$report")"
holds "nobody is uid 0 in it" "uid 0 in a ring       no" "$report"
same "nothing is left in TMPDIR" result "$(ls -A "$TMPDIR")"
tap_end
