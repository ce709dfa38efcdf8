# shellcheck shell=bash
# For tests that fetch: `. "$RF_TOP/tests/support/web.sh"` after tests/verb/lib.sh. Starts the web servers `main`, which
# is listed, and `other`, which is not: their ports are $main and $other, $base is the first's URL.
[ -x /usr/bin/curl ] || { echo "curl is missing"; exit 77; }
/usr/bin/python3 -c 'import ssl, socket, threading' 2>/dev/null || { echo "python3 with ssl is missing"; exit 77; }
[ -s /etc/ssl/certs/ca-certificates.crt ] || { echo "ca-certificates is missing"; exit 77; }
: "${FETCHER:?the program that fetches}"

servers=()
trap 'kill "${servers[@]}" 2>/dev/null' EXIT

# web NAME ADDRESS:PORT [CERT KEY]: start a server; its port in $port, what it was asked for in $TMPDIR/NAME.log
web() {
    local name=$1
    shift
    : >"$TMPDIR/$name.log"
    /usr/bin/python3 "$RF_TOP/tests/support/web.py" "$TMPDIR/$name.log" "$@" >"$TMPDIR/$name.port" &
    servers+=($!)
    wait_until test -s "$TMPDIR/$name.port"
    port=$(cat "$TMPDIR/$name.port")
}

# fetch [OPTION VALUE]... URL: with one host listed, three tries without pauses; everything that is printed
fetch() {
    "$FETCHER" host "127.0.0.1:$main" range 127.0.0.0/8 wait 0,0 time 20s "$@" 2>&1
}

# asked NAME PATH: how often a server was asked for it
asked() {
    awk -v path="$2" '$2 == path' "$TMPDIR/$1.log" | wc -l
}

web main 127.0.0.1:0
main=$port
web other 127.0.0.1:0
other=$port
base=http://127.0.0.1:$main
