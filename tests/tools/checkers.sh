#!/bin/sh
# A checker that cannot fail checks nothing: each is run on a small tree with one fault in it, and on one without.
top=$(cd "$(dirname "$0")/../.." && pwd -P)
# shellcheck source=tests/tap.sh
. "$top/tests/tap.sh"
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 99
missing=77

# A tree that is right, with its objects.
fresh() {
    rm -rf tree
    mkdir -p tree/src/base tree/src/plan tree/src/sandbox tree/tests/unit tree/build/libfront.a.p tree/build/tests
    cp -R "$top/tools" "$top/.clang-format" tree/
    printf 'int rf_one(void);\n' >tree/src/base/one.h
    printf '#include "base/one.h"\n\nint rf_one(void)\n{\n    return 1;\n}\n' >tree/src/base/one.c
    printf '#include "base/one.h"\n\nint main(void)\n{\n    return rf_one();\n}\n' >tree/src/plan/two.c
    printf '#!/bin/sh\nexit 0\n' >tree/tools/fine
    printf "files(\n  'base/one.c',\n  'plan/two.c',\n  'sandbox/child.c',\n)\n" >tree/src/meson.build
    printf "unit_tests = [\n  'one',\n]\n" >tree/tests/unit/meson.build
    printf '#include <unistd.h>\n\nint rf_child(void);\nint rf_child(void)\n{\n    return close(0);\n}\n' >tree/src/sandbox/child.c
    touch tree/tests/unit/test_one.c
}

compile() {
    for file in tree/src/*/*.c; do
        name=${file#tree/src/}
        cc -Itree/src -c "$file" -o "tree/build/libfront.a.p/src_$(printf '%s' "$name" | tr / _).o" || exit 99
    done
    printf 'int rf_child(void);\nint call(void);\nint call(void) { return rf_child(); }\n' >tree/build/tests/t.c
    cc -c tree/build/tests/t.c -o tree/build/tests/t.o || exit 99
}

# check NAME [ARGUMENT...]: the right tree passes; then refuse NAME FAULT [ARGUMENT...], after the fault was made.
check() {
    name=$1
    shift
    tree/tools/check-"$name" "$@" >out 2>&1
    status=$?
    if [ "$status" = "$missing" ]; then
        tap_skip "$name" "$(cat out)"
    else
        tap_true "$name accepts what is right" tree/tools/check-"$name" "$@"
    fi
    return "$status"
}

refuse() {
    name=$1
    fault=$2
    shift 2
    tap_exit 1 "$name refuses $fault" tree/tools/check-"$name" "$@"
    fresh
}

fresh
check banned
printf 'int f(void) { return atoi("1"); }\n' >>tree/src/plan/two.c
refuse banned "a banned call"
printf '/* atoi( */ // atoi(\nconst char *s = "atoi(";\n' >>tree/src/plan/two.c
tap_true "banned ignores comments and strings" tree/tools/check-banned
fresh
printf 'void f(void) { printf("x"); }\n' >>tree/src/plan/two.c
refuse banned "a library that prints"

check layers
printf '#include "plan/two.h"\n' >>tree/src/base/one.c
refuse layers "an include upwards"
printf '#include "one.h"\n' >>tree/src/base/one.c
refuse layers "an include without its module"
mkdir tree/src/odd && printf '#include "base/one.h"\n' >tree/src/odd/odd.c
refuse layers "an unknown module"

if check size; then
    yes 'int x;' | head -n 601 >>tree/src/base/one.h
    refuse size "a file of 601 lines and more"
    { echo 'void f(void)'; echo '{'; yes '    ;' | head -n 58; echo '}'; } >tree/src/base/long.c
    refuse size "a function of 61 lines"
    printf '/* %0120d */\n' 1 >>tree/src/base/one.h
    refuse size "a line of over 110 columns"
fi

check sources
touch tree/src/base/three.c
refuse sources "a source that nobody compiles"
touch tree/tests/unit/test_three.c
refuse sources "a test that nobody runs"

if check format; then
    printf 'int   x ;\n' >>tree/src/base/one.h
    refuse format "another layout"
fi

if check scripts; then
    # shellcheck disable=SC2016 # the fault is what shellcheck is to find
    printf '#!/bin/sh\nrm $1/*\n' >tree/tools/fine
    refuse scripts "an unquoted word"
fi

check paths
printf '%s/tree/src\n' "$scratch" >tree/src/base/note
refuse paths "a path of this machine"

compile
check exports tree/build
printf 'int rf_two(void);\nint rf_two(void) { return 2; }\n' >>tree/src/base/one.c
compile
refuse exports "a function that nobody uses" tree/build
printf 'int odd(void);\nint odd(void) { return 2; }\n' >>tree/src/base/one.c
printf 'int odd(void);\nint f(void) { return odd(); }\n' >>tree/src/plan/two.c
compile
refuse exports "a name without rf_" tree/build

compile
check symbols tree/build tree/tools/child-symbols.txt 'sandbox/child*.c'
printf '#include <stdlib.h>\nvoid *rf_two(void);\nvoid *rf_two(void) { return malloc(1); }\n' >>tree/src/sandbox/child.c
compile
refuse symbols "malloc between clone and exec" tree/build tree/tools/child-symbols.txt 'sandbox/child*.c'
compile
tap_exit 1 "symbols refuses to find no object" tree/tools/check-symbols tree/build tree/tools/child-symbols.txt 'no/*.c'

printf 'int main(void) { return 0; }\n' >main.c
cc main.c -o plain
tap_true "links accepts a program of libc alone" tree/tools/check-links plain
tap_exit 1 "links refuses a dynamic program where a static one is wanted" tree/tools/check-links plain static
cc -static main.c -o fixed
tap_exit 1 "links refuses a program at a fixed address" tree/tools/check-links fixed static
cc -Wl,--no-as-needed main.c -lm -o more
tap_exit 1 "links refuses another library" tree/tools/check-links more
tap_true "links accepts a library that is named" tree/tools/check-links more libm
tap_exit 1 "links refuses one of two that are named" tree/tools/check-links more libm libz
tap_exit 1 "links refuses none where one is named" tree/tools/check-links plain libm

# log RESULT STDOUT: one entry of meson's log.
log() {
    mkdir -p lane/meson-logs
    python3 -c 'import json, sys; print(json.dumps({"name": "t", "result": sys.argv[1], "stdout": sys.argv[2]}))' "$@" \
        >lane/meson-logs/testlog.json
}
sum="$top/tools/sum-tests lane/meson-logs/testlog.json"
log OK 'ok 1 - a
ok 2 - b # SKIP no kernel
1..2'
# shellcheck disable=SC2086 # sum is words
tap_says "1 passed, 0 failed, 1 skipped" "sum-tests counts each line of TAP" $sum
log FAIL 'ok 1 - a
not ok 2 - b'
# shellcheck disable=SC2086
tap_exit 1 "sum-tests fails when a line failed" $sum
log TIMEOUT 'ok 1 - a'
# shellcheck disable=SC2086
tap_says "1 passed, 1 failed, 0 skipped" "sum-tests counts a test that did not end" $sum
log FAIL 'FAILED: a
FAILED: b
7 passed, 2 failed, 1 skipped'
# shellcheck disable=SC2086
tap_says "7 passed, 2 failed, 1 skipped" "sum-tests believes a suite that counts for itself" $sum
log FAIL '7 passed, 0 failed, 0 skipped'
# shellcheck disable=SC2086
tap_says "7 passed, 1 failed, 0 skipped" "sum-tests does not believe a count that its exit status denies" $sum
tap_exit 1 "sum-tests fails without a log" "$top/tools/sum-tests" lane/none/none.json
tap_end
