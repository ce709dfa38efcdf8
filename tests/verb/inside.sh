#!/bin/bash
# ringfence-inside: what hands files to an engine in its ring, and takes its files out of it.
# shellcheck disable=SC2016 # what is in single quotes is for another shell
# shellcheck source=tests/verb/lib.sh
. "$RF_TOP/tests/verb/lib.sh"

inside=$(dirname "$RINGFENCE")/ringfence-inside
[ -x "$inside" ] || { echo "$inside is missing"; exit 99; }
cd "$TMPDIR" || exit 99

# row [NAME TEXT]...: a row of files, as base/frames.h has it. file NAME SIZE: one header.
file() {
    local i
    printf rfframe1
    for ((i = 0; i < 8; i++)); do
        # shellcheck disable=SC2059 # the format is the byte
        printf "\\x$(printf %02x $((($2 >> (8 * i)) & 255)))"
    done
    printf '%s' "$1"
    head -c $((64 - ${#1})) /dev/zero
}
row() {
    while [ $# -gt 0 ]; do
        file "$1" "${#2}"
        printf '%s' "$2"
        shift 2
    done
    file '' 0
}

# contents FILE: the names and texts in a row of small files, one line each.
contents() {
    rm -rf "$TMPDIR/contents"
    mkdir "$TMPDIR/contents"
    "$inside" store "$TMPDIR/contents" <"$1" && (cd "$TMPDIR/contents" && grep -r '' . | sort | xargs)
}

names_in() {
    find "$1" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort | xargs
}

# says NAME PART COMMAND...: it fails with 121, and its sentence has PART.
says() {
    local name=$1 part=$2 status
    shift 2
    tap_out=$("$@" 2>&1 >/dev/null)
    status=$?
    [ "$status" = 121 ] && [[ $tap_out == "ringfence-inside: "*"$part"* ]]
    tap_result $? "$name" "exit status $status, want 121 and \"$part\""
}

# --- words
says "no word" "want collect, spread or store" "$inside"
says "another word" "want collect, spread or store" "$inside" run
says "collect without names" "want: collect" "$inside" collect d -- true
says "collect without a command" "want: collect" "$inside" collect d a --
says "collect without an end of its names" "want: collect" "$inside" collect d a true
says "collect of a path" '"../a"' "$inside" collect d ../a -- true
says "collect of a hidden file" '".a"' "$inside" collect d .a -- true
says "collect of one name twice" comes "$inside" collect d a a -- touch d/a
says "spread to a relative path" "want: spread" "$inside" spread d -- true
says "spread with a name" "want: spread" "$inside" spread /tmp/d a -- true
says "store without a directory" "want: store" "$inside" store
says "store with two" "want: store" "$inside" store a b

# --- collect
"$inside" collect d c b a -- sh -c 'cat >d/a; echo B >d/b; echo x >d/other; echo output' <<<input >rows
same "it hands out what was asked for and is there" "./a:input ./b:B" "$(contents rows)"
"$inside" collect e stdout -- echo output >rows
same "the command's output is a file when asked for" ./stdout:output "$(contents rows)"
"$inside" collect e2 a -- true >rows
same "nothing is a row too" 80 "$(wc -c <rows)"
tap_exit 7 "the command's exit code" "$inside" collect e3 a -- sh -c 'echo x >e3/a; exit 7'
same "a failure hands out nothing" "" "$tap_out"
tap_exit 137 "a signal's" "$inside" collect e3 b -- sh -c 'kill -9 $$'
tap_exit 127 "a command that is not there" "$inside" collect e3 b -- /nowhere/x
tap_exit 126 "one that is no program" "$inside" collect e3 b -- "$TMPDIR"
mkdir l
ln -s /etc/passwd l/link
mkfifo l/fifo
mkdir l/dir
says "a link is not followed" link "$inside" collect l link -- true
says "a FIFO is not waited for" "no regular file" "$inside" collect l fifo -- true
says "a directory" "no regular file" "$inside" collect l dir -- true
ln -s "$TMPDIR/e" linked
says "a link as the directory" linked "$inside" collect linked stdout -- true
says "an output that is already there" stdout "$inside" collect e stdout -- true
head -c 3000000 /dev/urandom >large
"$inside" collect d large -- cp large d/large >rows
"$inside" store e <rows
tap_true "three megabytes" cmp large e/large

# --- spread
spread() {
    rm -rf s
    "$inside" spread "$TMPDIR/s" -- "$@"
}
same "files, a list, and no input" "$TMPDIR/s/1 $TMPDIR/s/2.png one two" \
    "$(row 1 one 2.png two | spread sh -c 'cat; for f in $(cat s/list); do echo $f; done; cat s/1; echo; cat s/2.png' | xargs)"
same "nobody else's" "700 600 600" "$(row 1 one | spread stat -c %a s s/1 s/list | xargs)"
tap_exit 3 "the command's exit code" spread sh -c 'exit 3' < <(row)
tap_exit 127 "a command that is not there" spread /nowhere/x < <(row)
says "no row" "breaks off" spread echo started </dev/null
says "a row that was cut off" "breaks off" spread echo started < <(row 1 one | head -c 90)
says "a file that was cut off" "1 ends 1 bytes too early" spread echo started < <(row 1 one | head -c 82)
says "something behind the row" behind spread echo started < <(row 1 one; echo x)
says "no header" "no header" spread echo started < <(echo; row 1 one)
says "names that do not ascend" "comes behind" spread echo started < <(row 2 two 1 one)
says "a path" "a name that is none" spread echo started < <(file ../x 0; file '' 0)
says "a path from the root" "a name that is none" spread echo started < <(file /tmp/x 0; file '' 0)
says "a hidden file" "a name that is none" spread echo started < <(file .bashrc 0; file '' 0)
says "a blank in a name" "a name that is none" spread echo started < <(file 'a b' 0; file '' 0)
says "the list's own name" list spread echo started < <(row list /etc/passwd)
says "more than fits anywhere" "more than" spread echo started < <(file a $((1 << 40)))
says "a place that is taken" list "$inside" spread "$TMPDIR/s" -- echo started < <(row 1 one)

# --- store
mkdir out
(umask 027 && row a new | "$inside" store out)
same "a new file, less the umask" "640 new" "$(stat -c %a out/a) $(cat out/a)"
before=$(stat -c %i out/a)
row a newer b both | "$inside" store out
same "one that replaces it, and one more" "newer both" "$(cat out/a) $(cat out/b)"
[ "$before" != "$(stat -c %i out/a)" ]
tap_result $? "it is another file, not the old one written over" "inode $before"
same "and nothing is left beside them" "a b" "$(names_in out)"
ln -s /etc/passwd out/link
mkdir out/dir
mkfifo out/fifo
for name in link dir fifo; do
    says "a $name is not replaced" "$name is there and is no regular file" "$inside" store out < <(row "$name" x)
done
same "all are there still" "a b dir fifo link" "$(names_in out)"
rm -r out/link out/dir out/fifo
says "a directory that is not there" nowhere "$inside" store nowhere < <(row a x)
says "a link to one" linked "$inside" store linked < <(row a x)
says "a file that was cut off" "b ends 2 bytes too early" "$inside" store out < <(row b cut | head -c 81)
same "leaves the old one" both "$(cat out/b)"
same "and nothing beside it" "a b" "$(names_in out)"
mkfifo pipe
for signal in KILL TERM; do
    "$inside" store out <pipe &
    pid=$!
    exec 9>pipe
    file c 1000 >&9
    echo x >&9
    wait_until eval '[ -n "$(ls -l /proc/$pid/fd 2>/dev/null | grep deleted)" ]'
    kill -"$signal" "$pid"
    wait "$pid" 2>/dev/null
    exec 9>&-
    same "SIG$signal in the middle leaves nothing" "a b" "$(names_in out)"
done

# --- on a file system that has no files without a name: O_TMPFILE is 020200000
cat >no-tmpfile.json <<'END'
{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["openat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95,
 "args": [{"index": 2, "value": 4194304, "valueTwo": 4194304, "op": "SCMP_CMP_MASKED_EQ"}]}]}
END
me=$(id -u)
[ "$me" != 0 ] || me=4242
mkdir shared
is_root && chown "$me:$me" shared
elsewhere() {
    ring --seccomp no-tmpfile.json --user "$me" -v "$inside:/tmp/inside:ro" -v "$TMPDIR/shared:/tmp/shared" -- \
        /tmp/inside store /tmp/shared
}
row a one | elsewhere
row a two | elsewhere
same "a new file, and one that replaces it" "two a" "$(cat shared/a) $(ls -A shared)"
tap_says "ends 2 bytes too early" "a file that was cut off" elsewhere < <(row b cut | head -c 81)
same "leaves nothing" a "$(ls -A shared)"
if is_root; then
    same "and they are the ring's user's" "$me" "$(stat -c %u shared/a)"
fi

# --- one engine, every form of its result, in a ring
page=$RF_TOP/examples/ocr-page/page.png
if tesseract --list-langs 2>/dev/null | grep -qx eng; then
    names=(result.hocr result.pdf result.tsv result.txt result.xml)
    { file 0001 "$(wc -c <"$page")"; cat "$page"; file 0002 "$(wc -c <"$page")"; cat "$page"; file '' 0; } >pages
    "$RINGFENCE" run --scratch --network none --seccomp strict --read-only -e OMP_THREAD_LIMIT=1 \
        -v "$inside:/ringfence-inside:ro" -v /usr/bin/tesseract:/usr/bin/tesseract:ro -v /usr/lib:/usr/lib:ro \
        -v /lib:/lib:ro -v /lib64:/lib64:ro -v /usr/share/tesseract-ocr:/usr/share/tesseract-ocr:ro -- \
        /ringfence-inside spread /tmp/in -- /ringfence-inside collect /tmp/out "${names[@]}" -- \
        /usr/bin/tesseract /tmp/in/list /tmp/out/result -l eng txt tsv hocr alto pdf <pages >rows 2>errors
    tap_out=$(cat errors)
    [ -s rows ]
    tap_result $? "tesseract reads two pages" "nothing came out"
    mkdir result
    "$inside" store result <rows
    same "and writes five forms" "${names[*]}" "$(names_in result)"
    words() {
        tr -s '[:space:]' ' ' | sed 's/^ //;s/ $//'
    }
    same "the text is that of the page, twice" "$(cat "$RF_TOP"/examples/ocr-page/expected.txt{,} | words)" \
        "$(tr -d '\f' <result/result.txt | words)"
    same "the table has two pages" 2 "$(cut -f 1,2 result/result.tsv | grep -c '^1')"
    holds "hocr" ocr_page "$(cat result/result.hocr)"
    holds "alto" "<alto" "$(cat result/result.xml)"
    same "pdf" %PDF- "$(head -c 5 result/result.pdf)"
else
    tap_skip "tesseract, every form at once" "tesseract-ocr or tesseract-ocr-eng is missing"
fi
tap_end
